// A view of pictures: mine, everybody's here, the starred; searched, turned page by page in place.
import * as api from "./api.js";
import { h, icon } from "./dom.js";
import { t } from "./i18n.js";
import { address } from "./router.js";

const PAUSE = 250; // milliseconds after the last letter of a search
const CALM = 300; // milliseconds in which the page shown has the line for itself

/** `look(pictures, index, job id)` opens one large; `failed(error)` says what was refused. */
export class GalleryView {
  #asked = 0;
  #timer = 0;

  constructor({ look, failed }) {
    this.look = look;
    this.failed = failed;
  }

  async draw(query, room) {
    const shelf = query.get("shelf") ?? "mine";
    const words = query.get("q") ?? "";
    const page = Number(query.get("page") ?? 1) || 1;
    if (!room.firstChild) room.append(this.#frame());
    this.#mark(room, shelf, words);
    const asked = (this.#asked += 1);
    try {
      const found = await api.gallery({ shelf, q: words, page: Math.max(0, page - 1) });
      if (asked !== this.#asked || room.dataset.name !== "gallery") return;
      this.#fill(room, found);
      if (page < found.pages) setTimeout(() => this.#foresee(asked, { shelf, q: words, page }), CALM);
    } catch (error) {
      this.failed(error);
    }
  }

  /** The small pictures of the page behind this one, so that turning it shows them at once. */
  async #foresee(asked, query) {
    if (asked !== this.#asked || navigator.connection?.saveData) return;
    try {
      const { items } = await api.gallery(query);
      if (asked !== this.#asked) return;
      for (const { pictures } of items) new Image().src = pictures[0].thumb;
    } catch (error) {
      if (!(error instanceof api.Refusal || error instanceof api.Unreachable)) throw error; // nobody asked for it
    }
  }

  #frame() {
    const search = h("input", { type: "search", class: "search", placeholder: t("page-search-hint"), "aria-label": t("page-search"), maxlength: 100 });
    search.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => {
        this.#timer = 0;
        this.#search(search.value);
      }, PAUSE);
    });
    const shelves = { mine: t("page-shelf-mine"), here: t("page-shelf-here"), starred: t("page-shelf-starred") };
    return h(
      "div",
      { class: "room gallery" },
      h("div", { class: "room-head" }, h("h2", { tabindex: "-1" }, t("page-gallery")), search),
      h("nav", { class: "segments", "aria-label": t("page-gallery") }, Object.entries(shelves).map(([shelf, name]) => h("a", { href: address("gallery", { shelf }), "data-shelf": shelf }, name))),
      h("div", { class: "wall", "aria-live": "polite" }),
      h("nav", { class: "pager", "aria-label": t("page-pages") }),
    );
  }

  #search(words) {
    const query = new URLSearchParams(location.hash.split("?")[1] ?? "");
    const target = address("gallery", { shelf: query.get("shelf"), q: words.trim() });
    if (location.hash === target) return;
    // Letters of one search are one step back, not twenty.
    history.replaceState(null, "", target);
    dispatchEvent(new HashChangeEvent("hashchange"));
  }

  #mark(room, shelf, words) {
    for (const link of room.querySelectorAll("[data-shelf]")) {
      link.href = address("gallery", { shelf: link.dataset.shelf, q: words });
      if (link.dataset.shelf === shelf) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    const search = room.querySelector(".search");
    if (document.activeElement !== search && !this.#timer) search.value = words; // letters just typed are still to be searched
  }

  #fill(room, found) {
    const wall = room.querySelector(".wall");
    wall.replaceChildren(...found.items.map((item) => this.#drawItem(item)));
    if (!found.items.length) wall.append(h("p", { class: "nothing" }, found.status));
    const to = (page) => address("gallery", { shelf: found.shelf, q: found.words, page: page > 1 ? page : "" });
    const page = found.page + 1;
    room.querySelector(".pager").replaceChildren(
      ...(found.items.length
        ? [
            turn("back", t("page-newer-page"), page > 1 && to(page - 1)),
            h("span", {}, found.status),
            turn("on", t("page-older-page"), page < found.pages && to(page + 1)),
          ]
        : []),
    );
  }

  #drawItem(item) {
    const [picture] = item.pictures;
    const image = h("img", { src: picture.thumb, alt: "", loading: "lazy", decoding: "async", draggable: "false" });
    const open = h("button", { type: "button", class: item.hidden ? "tile veiled" : "tile", "aria-label": item.hidden ? t("page-open-veiled", { index: 1, count: item.pictures.length }) : picture.alt }, image);
    if (item.pictures.length > 1) open.append(h("span", { class: "many", "aria-hidden": "true" }, `1/${item.pictures.length}`));
    open.addEventListener("click", () => {
      if (open.classList.contains("veiled")) {
        open.classList.remove("veiled");
        open.setAttribute("aria-label", picture.alt);
      } else this.look(item.pictures, 0, item.id);
    });
    return h("figure", {}, open, h("figcaption", {}, h("a", { href: `#/show/${item.id}`, title: item.prompt }, item.prompt)));
  }
}

function turn(way, label, href) {
  return href
    ? h("a", { class: "tool", href, "aria-label": label, title: label }, icon(way))
    : h("span", { class: "tool off", "aria-hidden": "true" }, icon(way));
}
