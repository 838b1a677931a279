// Two to four pictures side by side, or two of the same shape one over the other with a slider between them.
import * as api from "./api.js";
import { original } from "./carry.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { address } from "./router.js";
import { drawChange } from "./words.js";

export const MOST = 4;
const OF = /^([a-z0-9]{12})\/([1-9])$/;

/** The address that compares these; each is {id, index}, index from 1. */
export const comparison = (pictures) => address("compare", { of: pictures.map(({ id, index }) => `${id}/${index}`).join(",") });

/** `query.of` names the pictures: job/index, joined by commas. */
export async function drawCompare(query, room, { look, failed }) {
  room.replaceChildren();
  const asked = (query.get("of") ?? "").split(",").map((one) => OF.exec(one)).filter(Boolean).slice(0, MOST);
  const found = new Map();
  for (const [, id] of asked) {
    if (found.has(id)) continue;
    try {
      found.set(id, (await api.show(id)).message);
    } catch (error) {
      failed(error);
      found.set(id, null);
    }
  }
  if (room.dataset.name !== "compare") return;
  const shown = asked
    .map(([, id, index]) => ({ message: found.get(id), picture: found.get(id)?.card.pictures[index - 1] }))
    .filter(({ picture }) => picture);
  const slides = query.get("way") === "slider" && shown.length === 2;
  room.replaceChildren(
    h(
      "div",
      { class: "room compare" },
      h("div", { class: "room-head" }, h("h2", { tabindex: "-1" }, t("page-compare")), shown.length === 2 ? drawWays(query, slides) : null),
      shown.length < 2 ? h("div", { class: "nothing empty" }, h("p", {}, t("page-compare-nothing")), h("a", { class: "button", href: "#/gallery" }, t("page-gallery"))) : null,
      slides ? drawSlider(shown) : h("div", { class: "compared", "data-count": shown.length }, shown.map((one) => drawOne(one, shown, look))),
    ),
  );
}

function drawWays(query, slides) {
  const link = (way, name, chosen) => h("a", { href: address("compare", { of: query.get("of"), way }), "aria-current": chosen ? "true" : null }, name);
  return h("nav", { class: "segments", "aria-label": t("page-compare") }, link("", t("page-compare-beside"), !slides), link("slider", t("page-compare-slider"), slides));
}

/** The first is as it was asked; of the others it is said what was changed since. */
function words(message, first) {
  const { prompt } = message.request;
  return message === first || prompt === first.request.prompt ? h("p", { class: "words-of", dir: "auto" }, prompt) : drawChange(first.request.prompt, prompt);
}

function drawOne({ message, picture }, shown, look) {
  const image = h("img", { src: picture.url, alt: picture.alt, width: picture.width, height: picture.height, decoding: "async", ...original(picture) });
  const pictures = shown.map((one) => one.picture);
  const open = h("button", { type: "button", class: "compared-picture", onclick: () => look(pictures, pictures.indexOf(picture)) }, image);
  return h("figure", {}, open, h("figcaption", {}, words(message, shown[0].message), h("p", { class: "node-facts" }, message.card.options)));
}

function drawSlider(shown) {
  const [under, over] = shown.map(({ picture }) => h("img", { src: picture.url, alt: picture.alt, draggable: "false" }));
  over.classList.add("over");
  const { picture } = shown[0];
  const stage = h("div", { class: "slider" }, under, over, h("span", { class: "slider-line", "aria-hidden": "true" }));
  const range = h("input", { type: "range", min: "0", max: "100", value: "50", "aria-label": t("page-compare-where") });
  const place = () => stage.style.setProperty("--at", `${range.value}%`);
  range.addEventListener("input", place);
  place();
  stage.append(range);
  const captions = shown.map(({ message }) => h("figcaption", {}, words(message, shown[0].message)));
  const figure = h("figure", { class: "sliding" }, stage, h("div", { class: "sliding-words" }, captions));
  figure.style.setProperty("--shape", `${picture.width} / ${picture.height}`);
  return figure;
}
