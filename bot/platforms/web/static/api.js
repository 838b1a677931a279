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

async function call(method, path, body) {
  const url = new URL(path, location.origin);
  url.searchParams.set("lang", locale);
  const options = { method, signal: AbortSignal.timeout(PATIENCE), headers: {} };
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

export const session = () => call("GET", "/api/session");
export const signIn = (token) => call("POST", "/api/session", { token });
export const history = () => call("GET", "/api/history");
export const options = () => call("GET", "/api/options");
export const command = (text, extra = {}) => call("POST", "/api/commands", { text, ...extra });
export const press = (action, id) => call("POST", `/api/jobs/${encodeURIComponent(id)}/${action}`);
export const useDraft = (id) => call("POST", `/api/drafts/${encodeURIComponent(id)}/use`);
