// The example pictures in the picker of styles: one's own newest picture in a style, until then a sketch that is drawn by
// `make examples` and says so. A style of the community has words in its place.
import * as api from "./api.js";
import { original } from "./carry.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";

const NO_STYLE = "none";
const sketchOf = (style) => new URL(`styles/${style}.webp`, import.meta.url).href;

/** What stands above a style's name in the picker. `words` are those of a style of the community. */
export function drawExample({ value, words }) {
  const room = h("span", { class: "pick-example", "data-style": value });
  if (words) room.append(h("span", { class: "pick-words", dir: "auto" }, words));
  else if (value !== NO_STYLE) room.append(h("img", { src: sketchOf(value), alt: t("page-style-sketch"), width: 300, height: 200, loading: "lazy", decoding: "async" }));
  return room;
}

/** Below them: where they come from. */
export const drawExampleNote = () => h("p", { class: "pick-note" }, t("page-style-sketches"));

/** Put the reader's own pictures in their places, as soon as they are there; without them the others stay. */
export async function fillExamples(menu) {
  let examples;
  try {
    ({ examples } = await api.styleExamples());
  } catch (error) {
    if (error instanceof api.Refusal || error instanceof api.Unreachable) return;
    throw error;
  }
  for (const room of menu.querySelectorAll(".pick-example")) {
    const picture = examples[room.dataset.style];
    if (!picture) continue;
    const image = h("img", { alt: t("page-style-own", { alt: picture.alt }), width: picture.width, height: picture.height, decoding: "async", ...original(picture) });
    image.addEventListener("load", () => room.replaceChildren(image), { once: true }); // what is there stays until then
    image.src = picture.thumb;
  }
}
