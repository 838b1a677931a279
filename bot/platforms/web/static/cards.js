// A message as elements: what was asked on one side, the bot's card on the other.
import { h, icon } from "./dom.js";
import { t } from "./i18n.js";
import { drawFrames, drawPictures, showVotes, veil } from "./pictures.js";
import { me } from "./session.js";
import { moment, secondsUntil, textNodes } from "./time.js";

const UNDER_WAY = new Set(["waiting", "working", "slow"]);
const ICON_ONLY = { star: "star", more: "more" };

/**
 * The message of a job. `act(button, message, element)` is called when a button of it is pressed, `look(pictures,
 * index)` for a picture.
 */
export function drawMessage(message, handlers) {
  const article = h("article", { class: "turn", "data-id": message.id, id: `m-${message.id}` });
  fillMessage(article, message, handlers);
  return article;
}

/** The same into an element that is there; without the words that were typed where they stand elsewhere. */
export function fillMessage(article, message, handlers, { ask = true } = {}) {
  article.replaceChildren(...(ask ? [drawAsk(message)] : []), h("div", { class: "card" }));
  updateMessage(article, message, handlers);
}

/** Bring the card of a drawn message up to date, keeping the focus where it was. */
export function updateMessage(article, message, { act, look }) {
  const card = article.querySelector(".card");
  const focused = card.contains(document.activeElement) ? document.activeElement.dataset.press : null;
  const kept = card.querySelector(".frames[data-done]");
  card.dataset.tone = message.card.tone;
  card.classList.toggle("wide", Boolean(message.sheet) || message.request?.n === 1);
  card.replaceChildren(drawBody(message, { act, look, kept, asked: Boolean(message.series) }));
  const frames = card.querySelector(".frames[data-done]");
  if (frames) {
    showVotes(frames, message.opinion ?? {});
    // Who has looked behind a veil keeps what they see, whatever changes about the message.
    const veiled = message.hidden && !("looked" in article.dataset);
    if (!kept || veiled !== "veiled" in frames.dataset) veil(frames, message.card.pictures, veiled);
    frames.addEventListener("click", () => (article.dataset.looked = ""), { once: true });
  }
  if (focused) (card.querySelector(`[data-press="${focused}"]`) ?? card.querySelector("button"))?.focus();
}

export function drawAsk({ command, mine, author }) {
  const [word, ...rest] = command.split(/(?<=^\S+)\s/);
  const bubble = h("p", { class: "bubble" });
  // What people wrote keeps its direction to itself: Hebrew beside our words would turn them around.
  if (word.startsWith("/")) bubble.append(h("span", { class: "word" }, word), ...(rest.length ? [" ", h("bdi", {}, rest.join(" "))] : []));
  else bubble.append(h("bdi", {}, command));
  return h("div", { class: mine ? "ask" : "ask theirs" }, mine ? null : h("p", { class: "who", dir: "auto" }, author), bubble);
}

/** Heading, words, pictures, small print and buttons of a card. `asked`: the prompt too, where no bubble above has it. */
export function drawBody(message, { act, look, kept, asked = true }) {
  const { card } = message;
  const awaited = UNDER_WAY.has(card.tone);
  const body = h("div", { class: "card-body" });
  if (card.heading) body.append(h("p", { class: "heading" }, card.heading));
  if (card.prompt && asked) body.append(h("p", { class: "asked", dir: "auto", title: message.request?.prompt }, card.prompt));
  if (card.options) body.append(h("p", { class: "settings" }, card.options));
  if (card.status.length) {
    body.append(h("p", { class: "status" }, h("span", {}, ...textNodes(card.status, { awaited }), ...countdown(message))));
  }
  if (card.command) body.append(drawCommand(card.command));
  if (card.pictures.length) body.append(kept ?? drawPictures(card.pictures, message.request.ratio, { look, vote: voter(message, act), sheet: message.sheet }));
  else if (awaited && message.request && !message.sheet) body.append(drawFrames(message.request));
  if (card.notes.length) body.append(h("div", { class: "notes" }, card.notes.map((note) => h("p", {}, ...textNodes(note, { awaited })))));
  const buttons = card.buttons.filter((button) => wanted(button, message));
  if (buttons.length) body.append(h("div", { class: "presses" }, buttons.map((button) => drawButton(button, message, act))));
  return body;
}

/** Votes stand on the pictures; Delete is for those who may. */
function wanted(button, message) {
  if (button.press === "vote") return false;
  return button.press !== "delete" || message.mine || me.moderator;
}

function voter(message, act) {
  const button = message.card.buttons.find((one) => one.press === "vote");
  return button && ((index) => act({ ...button, index }, message, null));
}

/** " · ready in 12 s", where the status itself has no moment in it. */
export function countdown({ card, job, sheet }) {
  if (sheet || card.tone !== "working" || !job?.eta || card.status.some((part) => typeof part !== "string")) return [];
  if (secondsUntil(job.eta) <= 0 || job.state === "delivering") return [];
  const [before, after] = t("page-ready-in", { moment: "\0" }).split("\0");
  return [" · ", before, moment(job.eta), after];
}

export function drawButton(button, message, act) {
  const kind = button.primary ? "button primary" : button.danger ? "button danger" : "button";
  const element = h("button", { type: "button", class: kind, "data-press": button.press }, button.label);
  if (button.press in ICON_ONLY) asIcon(element, button, message);
  if (button.press === "hd") price(element, message);
  element.addEventListener("click", () => act(button, message, element));
  return element;
}

function asIcon(element, button, { opinion }) {
  element.classList.add("symbol");
  const stars = button.press === "star" ? (opinion?.stars ?? 0) : 0;
  element.replaceChildren(icon(ICON_ONLY[button.press]), stars ? String(stars) : "");
  if (button.press === "star") {
    element.setAttribute("aria-pressed", String(Boolean(opinion?.starred)));
    element.setAttribute("aria-label", t("page-star", { n: stars }));
    element.title = t("page-star-hint");
  } else {
    element.setAttribute("aria-haspopup", "dialog");
    element.setAttribute("aria-label", button.label);
    element.title = button.label;
  }
}

/** What it counts stands on it; what comes of it is said to those who ask. */
function price(element, { request }) {
  const clarity = Object.keys(me.prices).map(Number).sort((one, other) => one - other).find((each) => each > request.clarity);
  if (!clarity) return;
  const count = me.prices[clarity] * request.n;
  element.title = t("page-hd", { clarity: String(clarity), n: count }); // as text: 2048 is a name here
}

/** A command that can be copied and sent. */
export function drawCommand(command) {
  const code = h("code", { dir: "ltr" }, command);
  const button = h("button", { type: "button", class: "copy", "aria-label": t("page-copy"), title: t("page-copy") }, icon("copy", 18));
  const said = h("span", { class: "copied", role: "status" });
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(command);
      said.textContent = t("page-copied");
    } catch {
      getSelection().selectAllChildren(code); // without a secure connection there is no clipboard
    }
  });
  return h("div", { class: "command" }, code, said, button);
}

/** What only this person sees: a refusal, the help, a failure of the line. `ask` is what they had typed. */
export function drawNotice(card, { ask = "", act, dismiss, more = null }) {
  const article = h("article", { class: "turn notice new" });
  if (ask) article.append(drawAsk({ command: ask, mine: true }));
  const body = more ?? drawBody({ card, id: null }, { act: (...args) => act(...args, article), asked: !ask });
  const drawn = h("div", { class: "card", "data-tone": card.tone }, body);
  const leave = (kind, label) => h("button", { type: "button", class: kind, onclick: () => dismiss(article) }, label);
  const asking = card.tone === "asking" && body.querySelector(".presses");
  if (asking) asking.append(leave("button", t("page-never")));
  drawn.append(h("p", { class: "only-you" }, t("page-only-you"), ...(asking ? [] : [" · ", leave("", t("page-dismiss"))])));
  article.append(drawn);
  return article;
}

/** A card for an answer of the server that brought none. */
export function plainCard({ message, hint }, tone = "refused") {
  return {
    tone, heading: "", prompt: "", options: "", status: [message], command: "",
    pictures: [], notes: hint ? [[hint]] : [], buttons: [],
  };
}
