// What stands beside a picture that is seen large: the words, the options, when, where it came from, what can be done.
import { drawCommand } from "./cards.js";
import { $, h } from "./dom.js";
import { locale, t } from "./i18n.js";
import { textNodes } from "./time.js";

const PAUSE = 120; // milliseconds: who leafs through asks for nothing on the way
const ELSEWHERE = new Set(["vote", "show", "more"]); // on the pictures; a link; a menu below any dialog
const when = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short" });

export class Details {
  #room = $("lightbox-panel");
  #id = "";
  #timer = 0;

  constructor({ act, find }) {
    this.act = act;
    this.find = find;
  }

  show(id) {
    if (this.#id === id && this.#room.childElementCount) return;
    this.#id = id;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#load(id), PAUSE);
  }

  async #load(id) {
    const message = await this.find(id);
    if (this.#id !== id) return;
    this.#room.replaceChildren(...(message ? this.#draw(message) : []));
  }

  #draw(message) {
    const { card } = message;
    const buttons = card.buttons.filter(({ press }) => !ELSEWHERE.has(press));
    return [
      h("p", { class: "panel-prompt", dir: "auto" }, message.request.prompt),
      drawCommand(message.command),
      h("dl", {}, ...row(t("page-options"), card.options), ...row(t("page-when"), when.format(new Date(message.created_at))), ...(message.mine ? [] : row(t("page-who"), message.author))),
      message.parent ? h("p", {}, h("a", { href: `#/show/${message.parent}` }, t("page-edited-from"))) : "",
      h("div", { class: "notes" }, card.notes.map((note) => h("p", {}, ...textNodes(note)))),
      h("div", { class: "presses" }, buttons.map((button) => this.#drawButton(button, message))),
    ];
  }

  #drawButton(button, message) {
    const element = h("button", { type: "button", class: button.danger ? "button danger" : "button" }, button.label);
    if (button.press === "star") element.setAttribute("aria-pressed", String(Boolean(message.opinion?.starred)));
    element.addEventListener("click", async () => {
      await this.act(button, message, element);
      this.#id = "";
      this.show(message.id);
    });
    return element;
  }
}

const row = (name, value) => (value ? [h("dt", {}, name), h("dd", {}, value)] : []);
