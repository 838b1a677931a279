// Results chosen in the gallery, and what is done with all of them. A deletion waits ten seconds for its undo.
import * as api from "./api.js";
import { comparison, MOST } from "./compare.js";
import { h, icon } from "./dom.js";
import { t } from "./i18n.js";
import { me } from "./session.js";

const UNDO = 10_000; // milliseconds

/**
 * `changed()` when others are chosen, `hidden()` when some are taken away or come back. `focus(item)` goes on from there
 * where the bar that had the focus has done its work.
 */
export class Selection {
  #chosen = new Map();
  #deleted = new Set(); // ids, from the press on
  #waiting = null; // {items, timer}: a deletion that can still be undone

  constructor({ failed, changed, hidden, focus }) {
    Object.assign(this, { failed, changed, hidden, focus });
    this.bar = h("div", { class: "selection", role: "region", "aria-label": t("page-chosen-region"), hidden: true });
    addEventListener("pagehide", () => this.#settle(true));
  }

  get active() {
    return this.#chosen.size > 0;
  }

  has(item) {
    return this.#chosen.has(item.id);
  }

  /** Whether it was taken away here, even if that can still be undone. */
  hides(item) {
    return this.#deleted.has(item.id);
  }

  toggle(item) {
    if (!this.#chosen.delete(item.id)) this.#chosen.set(item.id, item);
    this.#draw();
    this.changed();
  }

  clear() {
    if (!this.active) return;
    this.#chosen.clear();
    this.#draw();
    this.changed();
  }

  /** Choose none, and go on from the last of those that were chosen. */
  letGo() {
    const last = [...this.#chosen.values()].at(-1);
    this.clear();
    this.focus(last);
  }

  box(item) {
    const box = h("input", { type: "checkbox", class: "tile-box", "aria-label": t("page-choose", { prompt: item.prompt.slice(0, 60) }) });
    box.checked = this.has(item);
    box.addEventListener("change", () => {
      this.toggle(item);
      document.querySelector(`[data-id="${item.id}"] .tile-box`)?.focus();
    });
    return box;
  }

  #draw() {
    const count = this.#chosen.size;
    this.bar.hidden = !count && !this.#waiting;
    if (count) {
      const button = (name, label, press, kind = "button") => h("button", { type: "button", class: kind, onclick: press }, icon(name, 16), label);
      const own = [...this.#chosen.values()].every((item) => item.mine || me.moderator);
      this.bar.replaceChildren(
        h("strong", { role: "status" }, t("page-chosen", { n: count })),
        button("star", t("page-star-all"), () => this.#star()),
        count >= 2 && count <= MOST ? button("compare", t("page-compare"), () => this.#compare()) : "",
        h("a", { class: "button", href: api.zipAddress([...this.#chosen.keys()]), download: "easel.zip" }, icon("save", 16), t("page-download-zip")),
        own ? button("bin", t("button-delete"), () => this.#delete(), "button danger") : "",
        button("close", t("page-choose-none"), () => this.letGo()),
      );
    } else if (this.#waiting) {
      this.bar.replaceChildren(
        h("strong", { role: "status" }, t("page-deleted", { n: this.#waiting.items.length })),
        h("button", { type: "button", class: "button", onclick: () => this.#undo() }, t("page-undo")),
      );
    } else this.bar.replaceChildren();
  }

  async #star() {
    const items = [...this.#chosen.values()];
    this.letGo();
    for (const item of items) {
      try {
        await api.press({ press: "star", target: item.id }, { starred: true });
        item.starred = true;
      } catch (error) {
        this.failed(error);
        break;
      }
    }
    this.changed();
    if (document.activeElement === document.body) this.focus(items.at(-1));
  }

  #compare() {
    const pictures = [...this.#chosen.keys()].map((id) => ({ id, index: 1 }));
    this.clear();
    location.hash = comparison(pictures);
  }

  #delete() {
    this.#settle();
    const items = [...this.#chosen.values()];
    this.#chosen.clear();
    this.#waiting = { items, timer: setTimeout(() => this.#settle(), UNDO) };
    for (const { id } of items) this.#deleted.add(id);
    this.hidden();
    this.#draw();
    this.bar.querySelector("button")?.focus();
  }

  #undo() {
    const { items, timer } = this.#waiting;
    clearTimeout(timer);
    for (const { id } of items) this.#deleted.delete(id);
    this.#waiting = null;
    this.#draw();
    this.hidden();
    this.focus(items.at(-1));
  }

  /** Now it is done; `leaving`: the page goes away, and the calls must outlive it. */
  async #settle(leaving = false) {
    if (!this.#waiting) return;
    const { items, timer } = this.#waiting;
    clearTimeout(timer);
    this.#waiting = null;
    const focused = this.bar.contains(document.activeElement);
    if (!leaving) this.#draw();
    if (!leaving && focused) this.focus(null);
    for (const { id } of items) {
      const deletion = api.press({ press: "delete", target: id }, {}, { keepalive: leaving });
      if (leaving) deletion.catch(() => {}); // nobody is there to be told
      else await deletion.catch((error) => this.failed(error));
    }
  }
}
