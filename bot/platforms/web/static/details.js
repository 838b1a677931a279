// What stands beside a picture that is seen large: the words, the options, when, where it came from, what can be done.
import { drawCommand } from "./cards.js";
import { comparison } from "./compare.js";
import { $, h } from "./dom.js";
import { locale, t } from "./i18n.js";
import { address } from "./router.js";
import { mayShare, offerLink } from "./share.js";
import { textNodes } from "./time.js";

const PAUSE = 120; // milliseconds: who leafs through asks for nothing on the way
const ELSEWHERE = new Set(["vote", "show", "more"]); // on the pictures; a link; a menu below any dialog
const when = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short" });

export class Details {
  #room = $("lightbox-panel");
  #id = "";
  #index = 1;
  #message = null;
  #timer = 0;

  constructor({ act, find }) {
    this.act = act;
    this.find = find;
  }

  /** Of the result `id`, whose picture `index` (from 1) is shown. */
  show(id, index) {
    const turned = this.#index !== index;
    this.#index = index;
    if (this.#id === id && this.#message) {
      if (turned) this.#redraw();
      return;
    }
    this.#id = id;
    this.#message = null;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#load(id), PAUSE);
  }

  async #load(id) {
    const message = await this.find(id);
    if (this.#id !== id) return;
    this.#message = message;
    this.#redraw();
  }

  #redraw() {
    const focused = this.#room.contains(document.activeElement) ? document.activeElement.dataset.press : null;
    this.#room.replaceChildren(...(this.#message ? this.#draw(this.#message) : []));
    if (focused !== null) (this.#room.querySelector(`[data-press="${focused}"]`) ?? this.#room).focus();
  }

  #draw(message) {
    const { card } = message;
    const buttons = card.buttons.filter(({ press }) => !ELSEWHERE.has(press));
    return [
      h("p", { class: "panel-prompt", dir: "auto" }, message.request.prompt),
      drawCommand(message.command),
      h("dl", {}, ...row(t("page-options"), card.options), ...row(t("page-when"), when.format(new Date(message.created_at))), ...(message.mine ? [] : row(t("page-who"), message.author))),
      h("p", { class: "node-links" }, this.#drawLinks(message)),
      h("div", { class: "notes" }, card.notes.map((note) => h("p", {}, ...textNodes(note)))),
      h("div", { class: "presses" }, this.#drawVote(message), mayShare(message) && h("button", { type: "button", class: "button", onclick: () => offerLink(message) }, t("page-share")), buttons.map((button) => this.#drawButton(button, message))),
    ];
  }

  #drawLinks(message) {
    const { pictures } = message.card;
    const links = [h("a", { href: address(`lineage/${message.id}`) }, message.parent ? t("page-edited-from") : t("page-lineage"))];
    if (pictures.length > 1) links.push(h("a", { href: comparison(pictures.map((_, place) => ({ id: message.id, index: place + 1 }))) }, t("page-compare-these")));
    return links;
  }

  /** The vote for the picture that is shown, where there are several. */
  #drawVote(message) {
    const vote = message.card.buttons.find(({ press }) => press === "vote");
    if (!vote || message.card.pictures.length < 2) return "";
    const count = message.opinion?.votes?.[this.#index] ?? 0;
    const button = this.#drawButton({ ...vote, index: this.#index, label: t("page-vote", { index: this.#index, count }) }, message);
    button.setAttribute("aria-pressed", String(message.opinion?.vote === this.#index));
    return button;
  }

  #drawButton(button, message) {
    const element = h("button", { type: "button", class: button.danger ? "button danger" : "button", "data-press": button.press }, button.label);
    if (button.press === "star") element.setAttribute("aria-pressed", String(Boolean(message.opinion?.starred)));
    element.addEventListener("click", async () => {
      await this.act(button, message, element);
      this.#message = null;
      this.show(message.id, this.#index);
    });
    return element;
  }
}

const row = (name, value) => (value ? [h("dt", {}, name), h("dd", {}, value)] : []);
