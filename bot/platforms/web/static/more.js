// What stands behind More: the same in another shape, the details, a veil, a report.
import * as api from "./api.js";
import { words } from "./ask.js";
import { drawCommand } from "./cards.js";
import { $, h, shape } from "./dom.js";
import { t } from "./i18n.js";
import { me } from "./session.js";
import { setServerTime, textNodes } from "./time.js";

const LONGEST_REASON = 500;
const GAP = 6; // pixels between the button and the menu

export class More {
  #menu = $("more");
  #opener = null;

  /** `ratios` in the order of the table; `press(action, body)` orders or changes, and says what was refused. */
  constructor({ press }) {
    this.press = press;
    this.ratios = [];
    this.#menu.setAttribute("aria-label", t("more"));
    this.#menu.addEventListener("toggle", (event) => {
      if (event.newState === "closed") this.#opener?.setAttribute("aria-expanded", "false");
    });
    addEventListener("resize", () => this.#menu.hidePopover());
  }

  /** Throws what the server refuses. */
  async open(message, opener) {
    const { card, now } = await api.more(message.id);
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
        h("a", { class: "button", href: `#/show/${message.id}`, onclick: () => this.#menu.hidePopover() }, t("details")),
        message.mine || me.moderator ? this.#row(message.hidden ? t("unveil") : t("veil"), () => this.press("spoiler", message, { hidden: !message.hidden })) : null,
        this.#row(t("report"), () => this.#report(message)),
      ].filter(Boolean)),
    ];
  }

  #drawShape(button, message) {
    const ratio = this.ratios[button.index] ?? "1:1";
    const act = () => this.press("shape", message, { index: button.index });
    const element = this.#row("", act);
    element.classList.add("menu-shape");
    element.setAttribute("aria-label", button.label);
    element.title = button.label;
    element.append(shape(ratio, 24), h("span", {}, ratio));
    return element;
  }

  #row(label, act) {
    const element = h("button", { type: "button", class: "button" }, label);
    element.addEventListener("click", () => {
      this.#menu.hidePopover();
      act();
    });
    return element;
  }

  async #report(message) {
    const reason = await words({
      title: t("reportTitle"), text: t("reportText"), label: t("reportWhy"), yes: t("report"), longest: LONGEST_REASON,
    });
    if (reason === null) return;
    await this.press("report", message, { reason });
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
