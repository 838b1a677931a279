// A message as elements: what was asked on one side, the bot's card on the other.
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { moment, secondsUntil, textNodes } from "./time.js";

const UNDER_WAY = new Set(["waiting", "working", "slow"]);
// A picture covers about the area of a square with this side, in pixels, whatever its ratio; by how many there are.
const SIDE = { 1: 420, 2: 296, 3: 212, 4: 264 };
const SIDE_OF_TALL = { 1: 420, 2: 296, 3: 236, 4: 196 }; // four tall ones stand in one row

/** The message of a job. `act(press, message, button)` is called when a button of it is pressed, `look` for a picture. */
export function drawMessage(message, { act, look }) {
  const article = h("article", { class: "turn", "data-id": message.id, id: `m-${message.id}` });
  article.append(drawAsk(message), h("div", { class: "card" }));
  updateMessage(article, message, { act, look });
  return article;
}

/** Bring the card of a drawn message up to date, keeping the focus where it was. */
export function updateMessage(article, message, { act, look }) {
  const card = article.querySelector(".card");
  const focused = card.contains(document.activeElement) ? document.activeElement.dataset.press : null;
  const kept = card.querySelector(".frames[data-done]");
  card.dataset.tone = message.card.tone;
  card.replaceChildren(drawBody(message, { act, look, kept }));
  if (focused) (card.querySelector(`[data-press="${focused}"]`) ?? card.querySelector("button"))?.focus();
}

export function drawAsk({ command, mine, author }) {
  const [word, ...rest] = command.split(/(?<=^\S+)\s/);
  const bubble = h("p", { class: "bubble" });
  if (word.startsWith("/")) bubble.append(h("span", { class: "word" }, word), rest.length ? ` ${rest.join(" ")}` : "");
  else bubble.append(command);
  return h("div", { class: mine ? "ask" : "ask theirs" }, mine ? null : h("p", { class: "who" }, author), bubble);
}

function drawBody(message, { act, look, kept }) {
  const { card } = message;
  const body = h("div", { class: "card-body" });
  if (card.heading) body.append(h("p", { class: "heading" }, card.heading));
  if (card.prompt) body.append(h("p", { class: "asked", title: message.request?.prompt }, card.prompt));
  if (card.options) body.append(h("p", { class: "settings" }, card.options));
  if (card.status.length) body.append(h("p", { class: "status" }, h("span", {}, ...textNodes(card.status), ...countdown(message))));
  if (card.pictures.length) body.append(kept ?? drawPictures(message, look));
  else if (UNDER_WAY.has(card.tone)) body.append(drawFrames(message.request));
  if (card.notes.length) body.append(h("div", { class: "notes" }, card.notes.map((note) => h("p", {}, ...textNodes(note)))));
  if (card.buttons.length) body.append(h("div", { class: "presses" }, card.buttons.map((button) => drawButton(button, message, act))));
  return body;
}

/** " · ready in 12 s", where the status itself has no moment in it. */
function countdown({ card, job }) {
  if (card.tone !== "working" || !job?.eta || card.status.some((part) => typeof part !== "string")) return [];
  if (secondsUntil(job.eta) <= 0 || job.state === "delivering") return [];
  const [before, after] = t("readyIn", { moment: "\0" }).split("\0");
  return [" · ", before, moment(job.eta), after];
}

function drawButton(button, message, act) {
  const kind = button.primary ? "button primary" : button.danger ? "button danger" : "button";
  const element = h("button", { type: "button", class: kind, "data-press": button.press }, button.label);
  element.addEventListener("click", () => act(button, message, element));
  return element;
}

function grid(ratio, count) {
  const [width, height] = ratio.split(":").map(Number);
  const frames = h("div", { class: "frames" });
  const tall = width < height;
  const side = (tall ? SIDE_OF_TALL : SIDE)[count];
  frames.style.setProperty("--columns", count === 4 && !tall ? 2 : count);
  frames.style.setProperty("--cell", `${Math.round(side * Math.sqrt(width / height))}px`);
  frames.style.setProperty("--ratio", `${width} / ${height}`);
  return frames;
}

function drawFrames({ ratio, n }) {
  const frames = grid(ratio, n);
  frames.setAttribute("role", "img");
  frames.setAttribute("aria-label", t("drawing"));
  frames.append(...Array.from({ length: n }, () => h("span", { class: "frame drawing" })));
  return frames;
}

function drawPictures({ card, request }, look) {
  const frames = grid(request.ratio, card.pictures.length);
  frames.dataset.done = "";
  card.pictures.forEach((picture, index) => {
    const image = h("img", {
      src: picture.thumb,
      alt: picture.alt,
      width: picture.width,
      height: picture.height,
      decoding: "async",
      draggable: "false",
    });
    const label = t("open", { index: index + 1, count: card.pictures.length });
    const frame = h("button", { type: "button", class: "frame", "aria-label": `${label}: ${picture.alt}` }, image);
    image.addEventListener("error", () => frame.replaceWith(h("span", { class: "frame lost" }, t("lost"))));
    frame.addEventListener("click", () => look(card.pictures, index));
    frames.append(frame);
  });
  return frames;
}

/** What only this person sees: a refusal, the help, a failure of the line. `ask` is what they had typed. */
export function drawNotice(card, { ask = "", act, dismiss }) {
  const article = h("article", { class: "turn notice new" });
  if (ask) article.append(drawAsk({ command: ask, mine: true }));
  const message = { card, id: null };
  const drawn = h("div", { class: "card", "data-tone": card.tone }, drawBody(message, { act: (...args) => act(...args, article) }));
  drawn.append(
    h("p", { class: "only-you" }, t("onlyYou"), " · ", h("button", { type: "button", onclick: () => dismiss(article) }, t("dismiss"))),
  );
  article.append(drawn);
  return article;
}

/** A card for an answer of the server that brought none. */
export function plainCard({ message, hint }) {
  return {
    tone: "refused", heading: "", prompt: "", options: "", status: [message],
    pictures: [], notes: hint ? [[hint]] : [], buttons: [],
  };
}
