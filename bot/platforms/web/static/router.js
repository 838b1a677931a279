// Where the reader is: in the conversation, or in a view that has an address of its own (#/gallery?shelf=starred&page=2).
import { $ } from "./dom.js";

/** `views`: name → function(path, query, room) that draws into `room`; "" is the conversation. */
export class Router {
  #room = $("view");

  constructor(views) {
    this.views = views;
    addEventListener("hashchange", () => this.go());
    addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.#room.hidden && !event.defaultPrevented && !document.querySelector(":modal, :popover-open")) leave();
    });
  }

  get name() {
    return read().name;
  }

  go() {
    const { name, path, query } = read();
    const view = name ? this.views[name] : null; // what nobody knows is the conversation
    $("chat").hidden = $("foot").hidden = Boolean(view);
    this.#room.hidden = !view;
    for (const link of document.querySelectorAll("a.tool[data-view]")) {
      if (link.dataset.view === name) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
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
    view(path, query, this.#room);
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

function read() {
  const [, name = "", path = "", text = ""] = /^#\/([a-z]*)\/?([^?]*)\??(.*)$/.exec(location.hash) ?? [];
  return { name, path: decodeURIComponent(path), query: new URLSearchParams(text) };
}
