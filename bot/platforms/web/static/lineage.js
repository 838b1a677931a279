// The descent of a result: what it was made from and what was made of it, as a tree with the words that changed.
import * as api from "./api.js";
import { original } from "./carry.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { address } from "./router.js";
import { day } from "./time.js";
import { drawChange } from "./words.js";

/** `look(items, item, index)` opens a picture; `failed(error)` says what was refused. */
export async function drawLineage(id, room, { look, failed }) {
  room.replaceChildren();
  let items;
  try {
    ({ items } = await api.family(id));
  } catch (error) {
    failed(error);
    return;
  }
  if (room.dataset.name !== "lineage") return;
  const children = Map.groupBy(items, ({ parent }) => parent);
  const byId = new Map(items.map((item) => [item.id, item]));
  const branch = (item) => {
    const made = children.get(item.id) ?? [];
    return h("li", {}, drawNode(item, byId.get(item.parent), item.id === id, look), made.length ? h("ul", {}, made.map(branch)) : null);
  };
  room.replaceChildren(
    h(
      "div",
      { class: "room lineage" },
      h("h2", { tabindex: "-1" }, t("page-lineage")),
      items.length > 1 ? null : h("p", { class: "nothing" }, t("page-lineage-alone")),
      h("ul", { class: "tree" }, (children.get(null) ?? []).map(branch)),
    ),
  );
  room.querySelector("[aria-current]")?.scrollIntoView({ block: "center" });
}

function drawNode(item, parent, current, look) {
  const pictures = item.pictures.map((picture, index) => {
    const image = h("img", { src: picture.thumb, alt: "", decoding: "async", loading: "lazy", ...original(picture) });
    image.style.aspectRatio = `${picture.width} / ${picture.height}`;
    return h("button", { type: "button", class: "leaf", "aria-label": picture.alt, onclick: () => look(item, index) }, image);
  });
  const change = parent ? drawChange(parent.prompt, item.prompt) : h("p", { class: "words-of", dir: "auto" }, item.prompt);
  const links = [h("a", { href: address(`show/${item.id}`) }, t("button-show"))];
  if (parent) links.push(h("a", { href: address("compare", { of: `${parent.id}/1,${item.id}/1` }) }, t("page-compare-with-parent")));
  return h(
    "article",
    { class: current ? "node current" : "node", "aria-current": current ? "true" : null },
    h("div", { class: "leaves" }, pictures),
    h("div", {}, change, h("p", { class: "node-facts" }, [item.options, day(item.created_at)].filter(Boolean).join(" · ")), h("p", { class: "node-links" }, links)),
  );
}
