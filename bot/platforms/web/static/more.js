// What stands behind More: the same in another shape, the details, a veil, a report.
import * as api from "./api.js";
import { drawCommand } from "./cards.js";
import { $, h, shape } from "./dom.js";
import { t } from "./i18n.js";
import { me } from "./session.js";
import { mayShare, offerLink } from "./share.js";
import { setServerTime, textNodes } from "./time.js";

const ELSEWHERE = new Set(["shape", "hd"]); // in the grid; under the result
const GAP = 6; // pixels between the button and the menu

export class More {
  #menu = $("more");
  #opener = null;

  /** `ratios` in the order of the table; `press(button, extra)` does it, and says what was refused. */
  constructor({ press }) {
    this.press = press;
    this.ratios = [];
    this.#menu.setAttribute("aria-label", t("button-more"));
    this.#menu.addEventListener("toggle", (event) => {
      if (event.newState === "closed") this.#opener?.setAttribute("aria-expanded", "false");
    });
    addEventListener("resize", () => this.#menu.hidePopover());
  }

  /** Throws what the server refuses. */
  async open(message, opener) {
    const { card, now } = await api.press({ press: "more", target: message.id });
    setServerTime(now);
    this.#opener = opener;
    this.#menu.replaceChildren(...this.#draw(card, message));
    this.#menu.showPopover();
    opener.setAttribute("aria-expanded", "true");
    this.#place(opener);
    this.#menu.querySelector("button, a")?.focus({ focusVisible: false });
  }

  #draw(card, message) {
    const shapes = card.buttons.filter((button) => button.press === "shape");
    return [
      h("h2", {}, card.heading),
      h("p", { class: "menu-note" }, ...textNodes(card.status)),
      h("div", { class: "menu-shapes" }, shapes.map((button) => this.#drawShape(button, message))),
      h("div", { class: "menu-notes" }, card.notes.map((note) => h("p", {}, ...textNodes(note)))),
      drawCommand(card.command),
      h("div", { class: "menu-rows" }, [
        h("a", { class: "button", href: `#/show/${message.id}`, onclick: () => this.#menu.hidePopover() }, t("button-show")),
        mayShare(message) && this.#row(t("page-share"), () => offerLink(message)),
        ...card.buttons.filter(({ press }) => !ELSEWHERE.has(press)).map((button) => this.#drawButton(button, message)),
      ].filter(Boolean)),
    ];
  }

  #drawShape(button, message) {
    const ratio = this.ratios[button.index] ?? "1:1";
    const element = this.#row("", () => this.press(button));
    element.classList.add("menu-shape");
    element.setAttribute("aria-label", button.label);
    element.title = button.label;
    element.append(shape(ratio, 24), h("span", {}, ratio));
    return element;
  }

  /** A veil is lifted by the same button, by those who may. */
  #drawButton(button, message) {
    if (button.press !== "spoiler") return this.#row(button.label, () => this.press(button));
    if (!message.mine && !me.moderator) return null;
    return this.#row(message.hidden ? t("page-unveil") : t("page-veil"), () => this.press(button, { hidden: !message.hidden }));
  }

  #row(label, act) {
    const element = h("button", { type: "button", class: "button" }, label);
    element.addEventListener("click", () => {
      this.#menu.hidePopover();
      act();
    });
    return element;
  }

  /** Beside its button where there is room, else at the foot of a narrow screen (by the style sheet). */
  #place(opener) {
    const at = opener.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.#menu;
    const below = at.bottom + GAP + height <= innerHeight;
    const top = below ? at.bottom + GAP : Math.max(GAP, at.top - GAP - height);
    this.#menu.style.setProperty("--left", `${Math.max(GAP, Math.min(at.left, innerWidth - width - GAP))}px`);
    this.#menu.style.setProperty("--top", `${top}px`);
  }
}
