// Calls to the server. Each resolves to the answer's JSON or throws one of these two.
import { locale } from "./i18n.js";

/** The server said no: `status`, and `error` with message, hint, and perhaps card and draft. */
export class Refusal extends Error {
  constructor(status, error) {
    super(error.message);
    this.status = status;
    this.error = error;
  }
}

/** No answer came. */
export class Unreachable extends Error {}

const PATIENCE = 30_000;

async function call(method, path, body, { headers = {}, keepalive = false } = {}) {
  const url = new URL(path, location.origin);
  url.searchParams.set("lang", locale);
  const options = { method, signal: AbortSignal.timeout(PATIENCE), headers: { ...headers }, keepalive };
  if (method !== "GET") {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body ?? {});
  }
  let response;
  let answer = null;
  try {
    response = await fetch(url, options);
    if (response.status !== 204) answer = await response.json();
  } catch (error) {
    throw new Unreachable(String(error));
  }
  if (!response.ok) throw new Refusal(response.status, answer?.error ?? { message: response.statusText, hint: "" });
  return answer;
}

const of = (...parts) => `/api/${parts.map(encodeURIComponent).join("/")}`;

export const session = () => call("GET", "/api/session");
export const signIn = (secret) => call("POST", "/api/session", secret);
export const signOut = () => call("DELETE", "/api/session");
export const deviceCode = () => call("POST", "/api/session/code");
export const look = (invite) => call("POST", "/api/invite", { invite });
export const history = (before) => call("GET", before ? `/api/history?${new URLSearchParams({ before })}` : "/api/history");
export const styleExamples = () => call("GET", "/api/styles");
export const options = () => call("GET", "/api/options");
export const prompts = (text, most = 6) => call("GET", `/api/prompts?${new URLSearchParams({ q: text, most })}`);
export const preview = (text) => call("POST", "/api/preview", { text });
// A command whose answer was lost may have arrived: sent once more, it bears the same key and orders nothing twice.
const unanswered = new Map();

export async function command(text, extra = {}) {
  const body = { text, ...extra };
  const said = JSON.stringify(body);
  const key = unanswered.get(said) ?? randomKey();
  unanswered.set(said, key);
  try {
    const answer = await call("POST", "/api/commands", body, { headers: { "Idempotency-Key": key } });
    unanswered.delete(said);
    return answer;
  } catch (error) {
    if (error instanceof Refusal) unanswered.delete(said);
    throw error;
  }
}

const randomKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join("-");

/** A button of a card, whatever it does; `extra` is what some send in addition. */
export const press = ({ press: action, target, index }, extra = {}, how = {}) =>
  call("POST", of("actions", action, target), index === null || index === undefined ? extra : { index, ...extra }, how);
export const sendForm = ({ form, target }, values) => call("POST", of("forms", form, target || "-"), { values });
export const usage = (query) => call("GET", `/api/usage?${new URLSearchParams(query)}`);
export const results = (query) => {
  const said = Object.entries(query).filter(([, value]) => value !== "");
  return call("GET", `/api/results?${new URLSearchParams(said)}`);
};
export const peopleOf = (shelf) => call("GET", `/api/results/people?${new URLSearchParams({ shelf })}`);
export const shareLinks = () => call("GET", "/api/share-links");
export const makeShareLink = (id, what) => call("POST", of("jobs", id, "share-links"), what);
export const endShareLink = (id) => call("DELETE", of("share-links", id));
export const family = (id) => call("GET", of("jobs", id, "family"));
export const zipAddress = (ids) => `/api/results.zip?${new URLSearchParams({ ids: ids.join(",") })}`;
export const show = (id) => call("GET", of("show", id));
export const forgetMe = () => call("POST", "/api/mydata/delete", { sure: true });
export const studio = () => call("GET", "/api/studio");
export const audit = (before) => call("GET", `/api/studio/audit?${new URLSearchParams({ before })}`);
export const manage = (what, body) => call("POST", `/api/studio/${what}`, body);
