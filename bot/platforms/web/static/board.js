// What is running: what is being drawn, who is next in line, and what failed of late, each with what can be done about it.
import { countdown, drawButton } from "./cards.js";
import { $, h, shape } from "./dom.js";
import { t } from "./i18n.js";
import { textNodes } from "./time.js";

const DRAWING = new Set(["working", "slow"]);
const FAILED_FOR = 24 * 3600 * 1000; // milliseconds
const MOST_FAILED = 20;

export class Board {
  #room = null;
  #queued = false;

  /** `messages()` are those of the conversation; `act` as for their cards. */
  constructor({ messages, act }) {
    this.messages = messages;
    this.act = act;
  }

  draw(room) {
    this.#room = room;
    this.#fill();
  }

  /** Something came to be or changed; drawn once a frame, however much it was. */
  changed() {
    if (this.#queued) return;
    this.#queued = true;
    setTimeout(() => {
      this.#queued = false;
      this.#count();
      if (this.#room?.dataset.name === "board") this.#fill();
    }, 50);
  }

  #count() {
    const running = this.messages().filter(({ mine, card }) => mine && (DRAWING.has(card.tone) || card.tone === "waiting")).length;
    $("board-count").hidden = !running;
    $("board-count").textContent = String(running);
    const label = running ? t("page-board-running", { n: running }) : t("page-board");
    $("board").setAttribute("aria-label", label);
    $("board").title = label;
  }

  #fill() {
    const all = this.messages();
    const soonest = (one, other) => ((one.job.eta ?? "z") < (other.job.eta ?? "z") ? -1 : 1);
    const drawing = all.filter(({ card }) => DRAWING.has(card.tone)).sort(soonest);
    const line = all.filter(({ card }) => card.tone === "waiting").sort(soonest);
    const since = Date.now() - FAILED_FOR;
    const failed = all.filter(({ mine, card, created_at }) => mine && card.tone === "failed" && Date.parse(created_at) > since);
    const focused = document.activeElement?.closest(".run");
    const kept = focused && [focused.dataset.id, document.activeElement.dataset.press];
    const nothing = !drawing.length && !line.length && !failed.length;
    this.#room.replaceChildren(
      h(
        "div",
        { class: "room board" },
        h("div", { class: "room-head" }, h("h2", { tabindex: "-1" }, t("page-board"))),
        nothing ? h("div", { class: "nothing empty" }, h("p", {}, t("page-board-nothing")), h("a", { class: "button", href: "#/" }, t("page-begin"))) : null,
        this.#section(t("page-board-drawing"), drawing),
        this.#section(t("page-board-line"), line),
        this.#section(t("page-board-failed"), failed.reverse().slice(0, MOST_FAILED)),
      ),
    );
    if (kept) (this.#room.querySelector(`[data-id="${kept[0]}"] [data-press="${kept[1]}"]`) ?? this.#room.querySelector("h2")).focus();
  }

  #section(title, messages) {
    if (!messages.length) return null;
    return h("section", { class: "panel" }, h("h3", {}, title, h("span", { class: "many-of" }, String(messages.length))), h("ul", { class: "runs" }, messages.map((one) => this.#drawRun(one))));
  }

  #drawRun(message) {
    const { card, request, mine, author } = message;
    const buttons = card.buttons.filter(({ press }) => press === "cancel" || press === "again" || press === "edit" || press === "show");
    return h(
      "li",
      { class: "run card", "data-id": message.id, "data-tone": card.tone },
      h("span", { class: "run-shape" }, shape(request.ratio, 40)),
      h(
        "div",
        { class: "run-words" },
        h("p", { class: "run-prompt", dir: "auto" }, h("a", { href: `#/show/${message.id}` }, request.prompt)),
        h("p", { class: "settings" }, mine ? card.options : `${author} · ${card.options}`),
        h("p", { class: "status" }, h("span", {}, ...textNodes(card.status, { awaited: true }), ...countdown(message))),
        card.tone === "failed" ? h("div", { class: "notes" }, card.notes.slice(0, 1).map((note) => h("p", {}, ...textNodes(note)))) : null,
      ),
      h("div", { class: "presses" }, buttons.map((button) => drawButton(button, message, this.act))),
    );
  }
}
