// The page, put together: session, stream, conversation, box.
import * as api from "./api.js";
import { drawNotice, plainCard } from "./cards.js";
import { Composer } from "./composer.js";
import { $, h, remember, shape } from "./dom.js";
import { EditForm } from "./edit.js";
import { EventFeed } from "./events.js";
import { EXAMPLES, locale, switchLanguage, t, translate } from "./i18n.js";
import { Lightbox } from "./lightbox.js";
import { Log } from "./log.js";
import { setServerTime, tick } from "./time.js";

const HISTORY_PAUSE = 2000;

const lightbox = new Lightbox();
const log = new Log({ act, look: (pictures, index) => lightbox.show(pictures, index) });
const composer = new Composer({ send: sendTyped });
const feed = new EventFeed({ onEvent, onState: showConnection });
let edit = null;
let missed = null; // events that came while the history was on its way
let unseen = 0;

/** Send a command; its message appears by the answer or by the stream, whichever is first. */
async function send(text, extra) {
  const answer = await api.command(text, extra);
  setServerTime(answer.now);
  if (answer.message && !log.has(answer.message.id)) log.put(answer.message);
  return answer;
}

async function sendTyped(text) {
  try {
    composer.remember(text);
    const answer = await send(text);
    if (answer.help) say(answer.help, text);
    return true;
  } catch (error) {
    return complain(error, text);
  }
}

/** Show why something was refused; true if the server did answer. */
function complain(error, ask = "") {
  if (error instanceof api.Refusal) {
    if (error.status === 401) askToSignIn();
    else say(error.error.card ?? plainCard(error.error), ask);
    return error.status < 500 && error.status !== 401;
  }
  if (!(error instanceof api.Unreachable)) throw error;
  say(plainCard({ message: t(ask ? "unreachable" : "unreachablePress") }));
  return false;
}

function say(card, ask = "") {
  const typed = ask && !ask.startsWith("/") ? `/imagine ${ask}` : ask;
  // The bubble above already holds what was typed.
  const shown = card.tone === "refused" && ask ? { ...card, prompt: "" } : card;
  log.notice(drawNotice(shown, { ask: typed, act: actOnNotice, dismiss: (article) => dismiss(article) }));
}

function dismiss(article) {
  log.dismiss(article);
  composer.focus();
}

async function act(button, message, element) {
  if (button.press === "edit") {
    edit?.open(message);
    return;
  }
  if (button.press === "delete" && !(await sure())) return;
  element.disabled = true;
  try {
    const answer = await api.press(button.press, button.target);
    if (answer.message && (!log.has(answer.message.id) || button.press === "cancel")) log.put(answer.message);
    if (answer.deleted) log.remove(answer.deleted);
  } catch (error) {
    complain(error);
  } finally {
    element.disabled = false;
  }
}

async function actOnNotice(button, _message, element, article) {
  element.disabled = true;
  try {
    const { message } = await api.useDraft(button.target);
    log.dismiss(article);
    if (!log.has(message.id)) log.put(message);
    composer.focus();
  } catch (error) {
    element.disabled = false;
    complain(error);
  }
}

function sure() {
  const dialog = $("confirm");
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

function onEvent(kind, data) {
  setServerTime(data.now);
  if (kind === "reset") loadHistory();
  else if (kind !== "hello" && missed) missed.push([kind, data]);
  else if (kind !== "hello") apply(kind, data);
}

function apply(kind, data) {
  if (kind === "gone") log.remove(data.id);
  else log.put(data.message);
  if (kind === "result" && data.message.mine && document.hidden) {
    unseen += 1;
    document.title = `(${unseen}) Easel`;
  }
}

/** The conversation anew. What the stream brings meanwhile is newer than the answer, so it is applied behind it. */
async function loadHistory() {
  const mine = [];
  missed = mine;
  try {
    const answer = await api.history();
    if (missed !== mine) return; // another reset came meanwhile
    setServerTime(answer.now);
    log.replace(answer.messages);
    missed = null;
    for (const [kind, data] of mine) apply(kind, data);
  } catch (error) {
    if (error instanceof api.Refusal && error.status === 401) askToSignIn();
    else if (missed === mine) setTimeout(loadHistory, HISTORY_PAUSE);
  }
}

let connectionTimer = 0;

function showConnection(state) {
  clearTimeout(connectionTimer);
  const show = () => {
    $("connection").textContent = navigator.onLine ? t("reconnecting") : t("offline");
    $("connection").hidden = state === "open";
  };
  // A break shorter than a blink is not worth a word.
  if (state === "open" || !navigator.onLine) show();
  else connectionTimer = setTimeout(show, 400);
}

function showTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const label = t(dark ? "themeLight" : "themeDark");
  $("theme").setAttribute("aria-label", label);
  $("theme").title = label;
  return dark;
}

function drawExamples() {
  $("examples").replaceChildren(
    ...EXAMPLES[locale].map(({ words, set }) => {
      const ratio = /ratio:(\S+)/.exec(set)?.[1] ?? "1:1";
      return h(
        "button",
        { type: "button", class: "example", onclick: () => sendTyped(`/imagine ${words} ${set}`) },
        h("span", { class: "mark" }, shape(ratio, 26)),
        h("span", { class: "words" }, words),
        h("span", { class: "set" }, set),
      );
    }),
  );
}

function askToSignIn() {
  const dialog = $("sign-in");
  if (!dialog.open) dialog.showModal();
}

async function signInWith(token) {
  await api.signIn(token);
  $("sign-in").close();
  await begin();
}

async function begin() {
  const hash = new URLSearchParams(location.hash.slice(1));
  const token = hash.get("token");
  if (token !== null) {
    history.replaceState(null, "", location.pathname + location.search); // out of the address bar and the history
    await api.signIn(token).catch(() => {});
  }
  let session;
  let table;
  try {
    session = await api.session();
    table = await api.options();
  } catch (error) {
    if (error instanceof api.Refusal && error.status === 401) askToSignIn();
    else {
      showConnection("waiting");
      setTimeout(begin, HISTORY_PAUSE);
    }
    return;
  }
  setServerTime(session.now);
  $("sandbox").hidden = !session.sandbox;
  composer.setTable(table);
  edit ??= new EditForm({ table: table.options, send });
  feed.open();
  if (matchMedia("(hover: hover)").matches) composer.focus(); // a phone would raise its keyboard
}

translate();
$("log").setAttribute("aria-label", t("log"));
$("language").textContent = t("otherLanguage");
$("language").addEventListener("click", switchLanguage);
$("theme").addEventListener("click", () => {
  const theme = showTheme() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  remember("easel-theme", theme);
  showTheme();
});
$("sign-in").addEventListener("cancel", (event) => event.preventDefault());
$("sign-in-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await signInWith($("token").value);
  } catch (error) {
    $("sign-in-error").textContent = error.error ? `${error.error.message} ${error.error.hint}` : t("unreachablePress");
    $("sign-in-error").hidden = false;
  }
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unseen = 0;
  document.title = "Easel";
});
showTheme();
drawExamples();
setInterval(tick, 1000);
await begin();
