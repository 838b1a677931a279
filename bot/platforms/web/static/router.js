// Where the reader is: in the conversation, or in a view that has an address of its own (#/gallery?shelf=starred&page=2).
import { $ } from "./dom.js";

const OVERLAY = "picture";

/**
 * `views`: name → function(path, query, room) that draws into `room`; "" is the conversation. `left()` is called before
 * the conversation is hidden, `entered(name)` when a view is shown. `overlay` is a picture seen large: it covers a view.
 */
export class Router {
  #room = $("view");
  #places = new Map(); // address → how far it was scrolled
  #covered = false; // by the overlay
  #hash = null; // of what is shown, "" for the conversation, null before anything is

  constructor(views, { left, entered, overlay }) {
    this.overlay = overlay;
    this.views = views;
    this.left = left;
    this.entered = entered;
    addEventListener("hashchange", () => {
      if (this.#hash !== null) this.go(); // before begin: what a view draws from isn't known yet
    });
    addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.#room.hidden && !event.defaultPrevented && !document.querySelector(":modal, :popover-open")) leave();
    });
  }

  get name() {
    return read().name;
  }

  /** Shows what the address says. The first call begins: until then a press of a link only changes the address. */
  async go() {
    const { name, path, query } = read();
    if (name === OVERLAY) {
      const below = this.#hash;
      if (below === null) this.#enter("", "", new URLSearchParams()); // somebody's link: there must be something below
      this.#covered = true;
      this.overlay.visit(path, below);
      return;
    }
    const covered = this.#covered;
    this.#covered = false;
    if (covered) this.overlay.hide();
    if (!covered || this.#hash !== (this.views[name] && name ? location.hash : "")) await this.#enter(name, path, query);
  }

  async #enter(name, path, query) {
    const view = name ? this.views[name] : null; // what nobody knows is the conversation
    this.#keepPlace();
    $("chat").hidden = $("foot").hidden = Boolean(view);
    this.#room.hidden = !view;
    for (const link of document.querySelectorAll("a.tool[data-view]")) {
      if (link.dataset.view === name) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    this.entered(view ? name : "");
    this.#hash = view ? location.hash : "";
    if (!view) {
      this.#room.replaceChildren();
      this.#room.dataset.name = "";
      this.views[""]();
      return;
    }
    if (this.#room.dataset.name !== name) {
      this.#room.replaceChildren();
      this.#room.dataset.name = name;
      this.#room.scrollTop = 0;
    }
    const hash = this.#hash;
    await view(path, query, this.#room);
    if (this.#hash !== hash) return;
    if (this.#places.has(hash)) this.#room.scrollTop = this.#places.get(hash);
    // What had the focus may be gone with the view before: who goes by keyboard goes on here.
    const at = document.activeElement;
    if (!at || at === document.body || !at.checkVisibility()) this.#room.querySelector("h2")?.focus({ preventScroll: true });
  }

  /** Where the reader was in what they leave. */
  #keepPlace() {
    if (this.#hash) this.#places.set(this.#hash, this.#room.scrollTop);
    else if (this.#hash !== null) this.left();
  }
}

/** An address within the page; what is empty is left out. */
export function address(name, query = {}) {
  const kept = Object.entries(query).filter(([, value]) => value !== "" && value !== null && value !== undefined && value !== 0);
  const text = new URLSearchParams(kept).toString();
  return `#/${name}${text ? `?${text}` : ""}`;
}

/** Back to the conversation. */
export function leave() {
  if (read().name) location.hash = "#/";
}

/** An address that somebody cut in the middle of a letter finds nothing, and breaks nothing. */
function decoded(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function read() {
  const [, name = "", path = "", text = ""] = /^#\/([a-z]*)\/?([^?]*)\??(.*)$/.exec(location.hash) ?? [];
  return { name, path: decoded(path), query: new URLSearchParams(text) };
}
