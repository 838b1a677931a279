// The studio of whoever runs the page: reports, who used what, settings, words, and what was done.
import * as api from "./api.js";
import { words } from "./ask.js";
import { drawBody } from "./cards.js";
import { h, icon } from "./dom.js";
import { drawFaults } from "./faults.js";
import { t } from "./i18n.js";
import { PeoplePanel } from "./people.js";
import { veil } from "./pictures.js";
import { SettingsForm } from "./settings.js";
import { StylesPanel } from "./styles.js";
import { setServerTime, textNodes } from "./time.js";
import { drawTable } from "./usage.js";

const LONGEST_WORD = 100;

const ENDS = ["pointerup", "pointercancel"];
let pressed = false;
addEventListener("pointerdown", () => (pressed = true), true);
for (const end of ENDS) addEventListener(end, () => (pressed = false), true);

/** What is put anew between the press and the release of a button never hears its click. */
async function released() {
  if (pressed) await new Promise((go) => ENDS.forEach((end) => addEventListener(end, () => setTimeout(go), { once: true, capture: true })));
}

/** `look` opens a picture, `failed(error)` says what was refused, `saved()` is told of new settings. */
export class StudioView {
  #room = null;
  #said = h("p", { class: "studio-said", role: "status" });
  #form = null;
  #styles = null;
  #people = null;

  constructor({ look, failed, saved }) {
    this.look = look;
    this.failed = failed;
    this.saved = saved;
  }

  async draw(room) {
    this.#room = room;
    try {
      const data = await api.studio();
      await released();
      setServerTime(data.now);
      if (room.dataset.name === "studio") this.#fill(data);
    } catch (error) {
      this.failed(error);
    }
  }

  /** Everything but the forms, which may hold what is not saved yet. */
  #fill(data) {
    this.#form ??= new SettingsForm({ save: (changes) => this.#save(changes) });
    if (!this.#room.contains(this.#form.element)) this.#form.fill(data.fields);
    this.#styles ??= new StylesPanel({ save: (style) => this.#saveStyle(style) });
    this.#styles.fill(data.styles);
    this.#people ??= new PeoplePanel({ act: (deed) => this.#act("people", deed) });
    this.#people.fill(data);
    const focused = document.activeElement?.dataset.act;
    this.#room.replaceChildren(
      h(
        "div",
        { class: "room studio" },
        h("div", { class: "room-head" }, h("h2", { tabindex: "-1" }, t("studio-heading")), this.#drawPause(data.paused)),
        this.#said,
        this.#section(t("page-reports"), [...data.notes.map((card) => this.#drawCard(card)), ...data.reports.map((card) => this.#drawCard(card))], t("page-no-reports")),
        data.sandbox ? this.#section(t("page-faults"), [drawFaults(data.sandbox, (deed) => this.#act("sandbox", { deed }))]) : null,
        this.#section(t("page-used-by"), data.usage.rows.length ? [drawMonth(data.month), h("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": t("page-used-by") }, drawTable(data.usage))] : [], t("page-nothing-used")),
        this.#section(t("studio-title"), [this.#form.element]),
        this.#section(t("field-styles"), [this.#styles.element]),
        this.#section(t("section-words"), [this.#drawWords(data.words)]),
        this.#section(t("page-people"), [this.#people.element]),
        this.#section(t("studio-audit"), [this.#drawTrail(data.audit)]),
      ),
    );
    if (focused) this.#room.querySelector(`[data-act="${focused}"]`)?.focus();
  }

  #section(title, content, nothing = "") {
    return h("section", { class: "panel" }, h("h3", {}, title), content.length ? content.filter(Boolean) : h("p", { class: "nothing" }, nothing));
  }

  #drawPause(paused) {
    const label = paused ? t("studio-resume") : t("studio-pause");
    const button = h("button", { type: "button", class: paused ? "button primary" : "button", "data-act": "pause" }, label);
    button.addEventListener("click", () => this.#act("pause", { paused: !paused }));
    return h("div", { class: "pause" }, h("span", { class: paused ? "state off" : "state" }, paused ? t("settings-paused") : t("settings-running")), button);
  }

  #drawCard(card) {
    const ratio = card.options.split(" · ")[0] || "1:1";
    const message = { card, request: { ratio, prompt: card.prompt }, mine: false };
    const element = h("div", { class: "card", "data-tone": card.tone }, drawBody(message, { act: (button) => this.#press(button), look: this.look }));
    const frames = element.querySelector(".frames");
    if (frames) veil(frames, card.pictures, true, t("page-look"));
    return element;
  }

  async #press({ press, target }) {
    if (press === "undo") await this.#act(`undo/${target}`);
    else if (press === "remove" || press === "lock") await this.#act(`reports/${target}/${press}`);
    else if (press === "blockword") {
      const word = await words({
        title: t("page-block-word"), text: t("page-block-word-text"), label: t("form-blockword-text"), yes: t("page-block"), longest: LONGEST_WORD, required: true, several: false,
      });
      if (word) await this.#act(`reports/${target}/word`, { word });
    }
  }

  #drawWords(list) {
    const input = h("input", { maxlength: LONGEST_WORD, required: true, autocomplete: "off", "aria-label": t("form-blockword-text"), placeholder: t("form-blockword-text"), "data-act": "word" });
    const within = h("input", { type: "checkbox" });
    const form = h(
      "form",
      { class: "inline" },
      input,
      h("label", { class: "check" }, within, t("page-within")),
      h("button", { type: "submit", class: "button" }, t("page-block")),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#act("words", { word: input.value, whole: !within.checked, blocked: true });
    });
    const chips = list.map(({ word, whole }) => {
      const allow = h("button", { type: "button", "aria-label": t("page-allow", { word }), title: t("page-allow", { word }) }, icon("close", 14));
      allow.addEventListener("click", () => this.#act("words", { word, blocked: false }));
      return h("li", {}, whole ? word : `…${word}…`, allow);
    });
    return h("div", {}, h("ul", { class: "words" }, chips), form);
  }

  #drawTrail(audit) {
    const list = h("ol", { class: "trail" }, audit.map((entry) => this.#drawEntry(entry)));
    const earlier = h("button", { type: "button", class: "button" }, t("audit-older"));
    earlier.hidden = audit.length < 10;
    let last = audit.at(-1)?.id;
    earlier.addEventListener("click", async () => {
      try {
        const next = (await api.audit(last)).audit;
        list.append(...next.map((entry) => this.#drawEntry(entry)));
        last = next.at(-1)?.id ?? last;
        earlier.hidden = next.length < 10;
      } catch (error) {
        this.failed(error);
      }
    });
    return audit.length ? h("div", {}, list, earlier) : h("p", { class: "nothing" }, t("audit-empty"));
  }

  #drawEntry({ id, text, undo, undone }) {
    const button = undo ? h("button", { type: "button", class: "button small", "aria-label": undo }, t("audit-undo")) : null;
    button?.addEventListener("click", () => this.#act(`undo/${id}`));
    return h("li", { class: undone ? "undone" : "" }, h("span", {}, ...textNodes(text)), button);
  }

  async #saveStyle(style) {
    const done = await this.#act("styles", style);
    if (done) await this.#reload();
    return done;
  }

  /** Do it, say that it can be taken back, and show what is so now; whether it was done. */
  async #act(what, body) {
    try {
      const answer = await api.manage(what, body);
      setServerTime(answer.now);
      if (answer.sandbox) this.#said.replaceChildren();
      else this.#say(answer);
      await this.draw(this.#room);
      if (what.startsWith("undo/")) await this.#reload();
      return true;
    } catch (error) {
      this.#complain(error);
      return false;
    }
  }

  /** What was undone may have been a setting. */
  async #reload() {
    const { fields } = await api.studio();
    this.#form.fill(fields);
    this.saved();
  }

  async #save(changes) {
    const answer = await api.manage("settings", { changes });
    setServerTime(answer.now);
    this.#say(answer);
    await this.#reload();
    await this.draw(this.#room);
  }

  #say({ done, said = [] }) {
    const undo = done?.undo ? h("button", { type: "button", class: "button small", "aria-label": done.undo }, t("audit-undo")) : null;
    undo?.addEventListener("click", () => this.#act(`undo/${done.id}`));
    const text = said.length ? textNodes(said) : done ? textNodes(done.text) : [t("page-nothing-changed")];
    this.#said.className = "studio-said";
    this.#said.replaceChildren(h("span", {}, ...text), undo ?? "");
  }

  #complain(error) {
    if (!(error instanceof api.Refusal || error instanceof api.Unreachable)) throw error;
    this.#said.className = "studio-said wrong";
    this.#said.replaceChildren(error.error ? `${error.error.message} ${error.error.hint ?? ""}` : t("page-unreachable-press"));
    this.#said.scrollIntoView({ block: "nearest" });
  }
}

/** How much of the month's budget is used, where there is one. */
function drawMonth(month) {
  if (!month?.limit) return null;
  const said = t("page-month-used", { taken: month.taken, limit: month.limit });
  return h("div", { class: "month" }, h("p", {}, said), h("meter", { max: month.limit, value: month.taken, high: month.limit * 0.8, optimum: 0, "aria-label": said }));
}
