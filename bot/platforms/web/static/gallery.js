// The gallery: pictures by day, narrowed by what is typed and chosen; some can be chosen to star or delete together.
import * as api from "./api.js";
import { original } from "./carry.js";
import { h, icon } from "./dom.js";
import { t } from "./i18n.js";
import { address } from "./router.js";
import { me } from "./session.js";
import { Selection } from "./selection.js";
import { loadSoon } from "./thumbnails.js";
import { Wall } from "./wall.js";

const PAUSE = 200; // milliseconds after the last letter of a search
const SHELVES = { mine: t("page-shelf-mine"), here: t("page-shelf-here"), starred: t("page-shelf-starred") };
const ANY = { ratio: t("page-filter-ratio"), clarity: t("page-filter-clarity"), style: t("page-filter-style"), person: t("page-filter-person") };
const NARROWING = Object.keys(ANY);

/** `look(items, item, index)` opens one large; `act(name, item)` does what a tile offers; `failed(error)` says why not. */
export class GalleryView {
  #items = [];
  #older = null;
  #asked = ""; // the query that the items answer
  #fresh = false; // nothing was drawn since it was asked
  #asking = false;
  #timer = 0;
  #wall = null;
  #room = null;
  #options = [];
  #people = { shelf: "", list: [] }; // who can be chosen there

  constructor({ look, act, failed }) {
    Object.assign(this, { look, act, failed });
    this.selection = new Selection({ failed, changed: () => this.#wall?.refresh(), hidden: () => this.#fill(), focus: (item) => this.#focus(item) });
  }

  setTable(options) {
    this.#options = options;
  }

  async draw(query, room) {
    if (!room.firstChild) this.#begin(room);
    const asked = read(query);
    this.#mark(asked);
    const said = JSON.stringify(asked);
    // Back from elsewhere it is as it was, until something changed it.
    if (this.#asked === said && this.#fresh && this.#items.length) {
      this.#fill();
      this.#offerPeople(asked);
      return;
    }
    this.#asked = said;
    this.#fresh = true;
    this.#asking = false;
    this.#older = null;
    this.selection.clear();
    this.#offerPeople(asked);
    try {
      const { items, older } = await api.results(asked);
      if (this.#asked !== said) return;
      this.#items = items;
      this.#older = older;
      this.#fill();
    } catch (error) {
      this.#asked = "";
      this.failed(error);
    }
  }

  /** Something was drawn: the next look asks again. */
  outdated() {
    this.#fresh = false;
    this.#people = { shelf: "", list: [] };
  }

  /** Something was taken away. */
  remove(gone) {
    this.#items = this.#items.filter(({ id }) => id !== gone);
    this.#fill();
  }

  /** Everything at hand; the list grows while the last of it is looked at. */
  get items() {
    return this.#items.filter((item) => !this.selection.hides(item));
  }

  more() {
    return this.#more();
  }

  /** The picture was looked at last: who comes back from it goes on there. */
  goOn(url) {
    this.#focus(this.items.find(({ pictures }) => pictures.some((picture) => picture.url === url)));
  }

  #focus(item) {
    if (this.#room?.dataset.name !== "gallery") return;
    const tile = item && this.#wall.reveal(item)?.querySelector(".tile");
    (tile ?? this.#room.querySelector("h2")).focus({ preventScroll: true });
  }

  /** Arrows lead from tile to tile, x chooses one, a full stop leads to what can be done with those, Escape lets them go. */
  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target.matches("select, [type=search]")) return;
    const tile = event.target.closest("figure");
    const item = tile && this.items.find(({ id }) => id === tile.dataset.id);
    if (event.key === "Escape" && this.selection.active) this.selection.letGo();
    else if (event.key === "." && this.selection.active) this.selection.bar.querySelector("a, button").focus();
    else if (item && event.key === "x") {
      this.selection.toggle(item);
      this.#focus(item);
    } else if (item && event.key.startsWith("Arrow")) {
      const next = this.#wall.neighbour(item, event.key);
      if (next) this.#focus(next);
    } else return;
    event.preventDefault();
  }

  #begin(room) {
    this.#room = room;
    this.#wall?.close();
    const wall = h("div", { class: "wall" });
    const frame = this.#frame(wall);
    frame.addEventListener("keydown", (event) => this.#key(event));
    room.append(frame);
    this.#wall = new Wall({ element: wall, scroller: room, draw: (item) => this.#drawTile(item), more: () => this.#more() });
  }

  #frame(wall) {
    const search = h("input", { type: "search", class: "search", placeholder: t("page-search-hint"), "aria-label": t("page-search"), maxlength: 100 });
    search.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => {
        this.#timer = 0;
        this.#change({ q: search.value.trim() });
      }, PAUSE);
    });
    const shelves = Object.entries(SHELVES).map(([shelf, name]) => h("a", { "data-shelf": shelf }, name));
    return h(
      "div",
      { class: "room gallery" },
      h("div", { class: "room-head" }, h("h2", { tabindex: "-1" }, t("page-gallery")), h("nav", { class: "segments", "aria-label": t("page-gallery") }, shelves), h("div", { class: "filters" }, NARROWING.map((name) => this.#drawFilter(name))), search, me.share_days.length ? h("a", { class: "tool", href: address("links"), "aria-label": t("page-share-all"), title: t("page-share-all") }, icon("link")) : null),
      this.selection.bar,
      h("div", { class: "nothing empty", role: "status", hidden: true }),
      wall,
    );
  }

  #drawFilter(name) {
    const option = this.#options.find((one) => one.name === name);
    const choices = option?.values.filter(({ value }) => value !== "none") ?? [];
    const select = h(
      "select",
      { class: "filter", "data-filter": name, "aria-label": ANY[name] },
      h("option", { value: "" }, ANY[name]),
      choices.map(({ value, label }) => h("option", { value: String(value) }, label)),
    );
    select.addEventListener("change", () => this.#change({ [name]: select.value }));
    return select;
  }

  /** Among one's own there is nobody to choose. Who is asked for by the address is there, too. */
  async #offerPeople({ shelf, person }) {
    const select = this.#room.querySelector("[data-filter=person]");
    select.hidden = shelf === "mine" && !person;
    const known = this.#people.shelf === shelf;
    fillPeople(select, known ? this.#people.list : [], person);
    if (select.hidden || known) return;
    try {
      const { people } = await api.peopleOf(shelf);
      this.#people = { shelf, list: people };
      const now = JSON.parse(this.#asked || "{}");
      if (now.shelf === shelf) fillPeople(this.#room.querySelector("[data-filter=person]") ?? select, people, now.person);
    } catch (error) {
      this.failed(error);
    }
  }

  /** What is chosen and typed is in the address; letters of one search are one step back, not twenty. */
  #change(what) {
    const query = new URLSearchParams(location.hash.split("?")[1] ?? "");
    const target = address("gallery", { ...Object.fromEntries(query), ...what });
    if (location.hash === target) return;
    history.replaceState(null, "", target);
    dispatchEvent(new HashChangeEvent("hashchange"));
  }

  #mark(asked) {
    const narrowed = Object.fromEntries(["q", ...NARROWING].map((name) => [name, asked[name]]));
    for (const link of this.#room.querySelectorAll("[data-shelf]")) {
      const person = link.dataset.shelf === "mine" ? "" : asked.person;
      link.href = address("gallery", { ...narrowed, person, shelf: link.dataset.shelf });
      if (link.dataset.shelf === asked.shelf) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    for (const select of this.#room.querySelectorAll("[data-filter]")) {
      select.value = asked[select.dataset.filter];
      select.classList.toggle("chosen", select.value !== "");
    }
    const search = this.#room.querySelector(".search");
    if (document.activeElement !== search && !this.#timer) search.value = asked.q; // letters just typed are still to be searched
  }

  #fill() {
    if (this.#room?.dataset.name !== "gallery") return;
    const nothing = this.#room.querySelector(".nothing");
    nothing.hidden = this.items.length > 0;
    const [words, link] = this.#narrowed ? [t("page-nothing-found"), h("a", { class: "button", href: "#/gallery" }, t("page-show-all"))] : [t("page-nothing-yet"), h("a", { class: "button", href: "#/" }, t("page-begin"))];
    nothing.replaceChildren(h("p", {}, words), link);
    this.#wall.show(this.items);
  }

  get #narrowed() {
    const { shelf, ...rest } = JSON.parse(this.#asked || "{}");
    return shelf !== "mine" || Object.values(rest).some(Boolean);
  }

  async #more() {
    if (this.#asking || !this.#older) return;
    this.#asking = true;
    const said = this.#asked;
    try {
      const { items, older } = await api.results({ ...JSON.parse(said), before: this.#older });
      if (this.#asked !== said) return;
      this.#items = [...this.#items, ...items];
      this.#older = older;
      this.#asking = false;
      this.#fill();
    } catch (error) {
      this.#older = null;
      this.failed(error);
    }
  }

  #drawTile(item) {
    const [picture] = item.pictures;
    const image = h("img", { alt: "", decoding: "async", ...original(picture) });
    loadSoon(image, picture.thumb);
    const several = item.pictures.length > 1;
    const open = h("button", { type: "button", class: item.hidden ? "tile veiled" : "tile", "aria-label": item.hidden ? t("page-open-veiled", { index: 1, count: item.pictures.length }) : picture.alt }, image);
    open.addEventListener("click", () => {
      if (this.selection.active) this.selection.toggle(item);
      else if (open.classList.contains("veiled")) {
        open.classList.remove("veiled");
        open.setAttribute("aria-label", picture.alt);
      } else this.look(this, item);
    });
    const figure = h(
      "figure",
      { "data-id": item.id, class: this.selection.has(item) ? "chosen" : "" },
      open,
      several ? h("span", { class: "many", "aria-hidden": "true" }, String(item.pictures.length)) : null,
      this.selection.box(item),
    );
    // Most tiles are never pointed at: what they offer is made for those that are.
    const equip = () => figure.querySelector(".tile-tools") ?? figure.append(...this.#drawTools(item));
    figure.addEventListener("pointerenter", equip);
    figure.addEventListener("focusin", equip);
    return figure;
  }

  #drawTools(item) {
    const tool = (name, label, press) => h("button", { type: "button", class: "tile-tool", "aria-label": label, title: label, onclick: press }, icon(name, 18));
    const star = tool("star", t("page-star-it"), async () => {
      item.starred = await this.act("star", item);
      star.setAttribute("aria-pressed", String(item.starred));
    });
    star.setAttribute("aria-pressed", String(item.starred));
    const others = { again: t("button-again"), edit: t("button-edit"), copy: t("page-copy-prompt") };
    return [
      h("figcaption", {}, h("span", { class: "tile-words", dir: "auto" }, item.prompt)),
      h("div", { class: "tile-tools" }, star, Object.entries(others).map(([name, label]) => tool(name, label, () => this.act(name, item)))),
    ];
  }
}

function fillPeople(select, people, person) {
  const chosen = person && !people.some(({ value }) => value === person) ? [{ value: person, label: person }] : [];
  select.replaceChildren(select.firstElementChild, ...[...people, ...chosen].map(({ value, label }) => h("option", { value }, label)));
  select.value = person;
  select.classList.toggle("chosen", person !== "");
}

function read(query) {
  const asked = { shelf: query.get("shelf") in SHELVES ? query.get("shelf") : "mine", q: query.get("q") ?? "" };
  for (const name of NARROWING) asked[name] = query.get(name) ?? "";
  if (!/^\d{0,5}$/.test(asked.clarity)) asked.clarity = "";
  return asked;
}
