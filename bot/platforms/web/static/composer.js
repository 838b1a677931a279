// The box one writes in, with suggestions by completion.js, chips by chips.js and the history of what was sent. A box of several lines may
// not be a combobox (https://www.w3.org/TR/html-aria/#el-textarea), so how many suggestions there are is said aloud.
import { Chips } from "./chips.js";
import { complete, promptStart } from "./completion.js";
import { $, h, shape } from "./dom.js";
import { earlier, historyButton } from "./history.js";
import { t } from "./i18n.js";

const REMEMBERED = 50;
const SENT = "easel-sent";
const PROMPT_PAUSE = 180; // milliseconds after the last letter
const PROMPT_FROM = 3; // letters
const RECALLED = 6;

/** What this window has sent, through reloads; nothing if that was tampered with. */
function read() {
  try {
    const sent = JSON.parse(sessionStorage.getItem(SENT) ?? "[]");
    return Array.isArray(sent) ? sent.filter((text) => typeof text === "string") : [];
  } catch {
    return [];
  }
}

export class Composer {
  #input = $("prompt");
  #list = $("suggestions");
  #table = { commands: [], options: [] };
  #found = null;
  #active = -1;
  #sent = read();
  #earlier = null; // what was asked before, on any device; null until somebody goes back that far
  #recalled = -1;
  #timer = 0;
  #chips = new Chips({
    text: () => this.#input.value,
    change: (text) => this.fill(text),
    more: [historyButton((prompt) => this.fill(prompt))],
  });

  /** `send(text)` is true when the text was taken, so that the box can be emptied. */
  constructor({ send }) {
    this.send = send;
    this.#input.addEventListener("input", () => this.#changed());
    this.#input.addEventListener("keydown", (event) => this.#key(event));
    this.#input.addEventListener("blur", () => this.#close());
    this.#input.addEventListener("click", () => this.#suggest());
    $("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#input.value ||= sessionStorage.getItem("easel-draft") ?? ""; // what was typed while the page loaded stays
    this.#fit();
  }

  setTable(table) {
    this.#table = table;
    this.#chips.setTable(table.options);
    this.#goBack();
    // Whoever types faster than the table arrives is offered what fits what stands there by now.
    if (document.activeElement === this.#input) this.#suggest();
  }

  /** Whether nothing waits to be sent. */
  get empty() {
    return !this.#input.value.trim();
  }

  remember(text) {
    if (this.#sent.at(-1) !== text) this.#sent.push(text);
    this.#sent.splice(0, this.#sent.length - REMEMBERED);
    sessionStorage.setItem(SENT, JSON.stringify(this.#sent));
    this.#recalled = -1;
  }

  /** Another text, to go on from. */
  fill(text) {
    this.#set(text);
    this.#close();
    this.focus();
  }

  focus() {
    this.#input.focus();
  }

  #changed() {
    this.#recalled = -1;
    this.#fit();
    this.#suggest();
    this.#drafted();
  }

  #drafted() {
    sessionStorage.setItem("easel-draft", this.#input.value);
    this.#chips.changed();
  }

  #fit() {
    this.#input.style.height = "auto";
    this.#input.style.height = `${this.#input.scrollHeight}px`;
    $("send").disabled = this.empty;
  }

  #set(text, caret = text.length) {
    this.#input.value = text;
    this.#input.setSelectionRange(caret, caret);
    this.#fit();
    this.#drafted();
  }

  async #submit() {
    const text = this.#input.value.trim();
    if (!text || this.#input.readOnly) return;
    this.#close();
    this.#input.readOnly = true;
    try {
      if (await this.send(text)) this.#set("");
    } finally {
      this.#input.readOnly = false;
      this.#fit();
    }
  }

  #key(event) {
    if (event.isComposing) return; // Enter ends a Chinese word before it ends a message
    const { key } = event;
    const open = !this.#list.hidden;
    if (key === "Escape" && open) this.#close();
    else if (key === "Escape") this.#input.blur(); // from here single keys lead somewhere
    else if (open && key === "ArrowDown") this.#move(1);
    else if (open && key === "ArrowUp") this.#move(-1);
    else if (open && key === "Tab" && !event.shiftKey) this.#take(Math.max(0, this.#active));
    else if (open && key === "Tab") return this.#close(); // gone before the focus would go to it
    else if (open && key === "Enter" && !event.shiftKey && this.#active >= 0) this.#take(this.#active);
    else if (key === "Enter" && !event.shiftKey) this.#submit();
    else if (key === "ArrowUp" && (this.empty || this.#recalled >= 0) && this.#recall(-1)) this.#close();
    else if (key === "ArrowDown" && this.#recalled >= 0) this.#recall(1);
    else return;
    event.preventDefault();
  }

  /** Sent here, and before that from anywhere: the oldest first. */
  get #past() {
    const here = new Set(this.#sent.flatMap((text) => [text, text.replace(/^\/imagine\s+/i, "")]));
    return [...(this.#earlier ?? []).filter((prompt) => !here.has(prompt)), ...this.#sent];
  }

  async #goBack() {
    this.#earlier ??= (await earlier("")).reverse();
  }

  #recall(step) {
    const past = this.#past;
    const from = this.#recalled < 0 ? past.length : this.#recalled;
    const to = from + step;
    if (to < 0 || (to >= past.length && step < 0)) return false;
    this.#recalled = to >= past.length ? -1 : to;
    this.#set(this.#recalled < 0 ? "" : past[to]);
    return true;
  }

  #suggest() {
    const caret = this.#input.selectionStart;
    this.#found = caret === this.#input.selectionEnd ? complete(this.#input.value, caret, this.#table) : null;
    if (!this.#found) {
      this.#close();
      this.#suggestPrompts();
      return;
    }
    this.#offer();
  }

  /** What this person asked before with these letters in it; never in the way of Enter. */
  #suggestPrompts() {
    const text = this.#input.value;
    const from = promptStart(text);
    if (from < 0 || text.length - from < PROMPT_FROM || this.#input.selectionStart < text.length) return;
    this.#timer = setTimeout(async () => {
      const asked = text.slice(from).trim();
      const found = (await earlier(asked, RECALLED)).filter((prompt) => prompt !== asked);
      if (!found.length || this.#input.value !== text || document.activeElement !== this.#input) return;
      const items = found.map((prompt) => ({ what: "", why: prompt, insert: prompt, final: true }));
      this.#found = { from, to: text.length, items, pick: -1 };
      this.#offer();
    }, PROMPT_PAUSE);
  }

  #offer() {
    this.#list.replaceChildren(...this.#found.items.map((item, index) => this.#drawItem(item, index)));
    this.#list.hidden = false;
    $("suggestions-said").textContent = t("page-suggestions-count", { n: this.#found.items.length });
    this.#mark(this.#found.pick);
  }

  #drawItem(item, index) {
    const mark = item.ratio ? h("span", { class: "mark" }, shape(item.ratio, 20)) : null;
    return h(
      "li",
      {
        class: "suggestion",
        role: "option",
        id: `suggestion-${index}`,
        onmousedown: (event) => event.preventDefault(), // the box keeps the focus
        onclick: () => this.#take(index),
      },
      mark,
      item.what ? h("span", { class: "what" }, item.what) : null,
      h("span", { class: "why", dir: "auto" }, item.why),
    );
  }

  #move(step) {
    const count = this.#found.items.length;
    this.#mark((this.#active + step + count + (this.#active < 0 && step < 0 ? 1 : 0)) % count);
  }

  #mark(index) {
    this.#active = index;
    [...this.#list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === index)));
    if (index >= 0) {
      this.#input.setAttribute("aria-activedescendant", `suggestion-${index}`);
      this.#list.children[index].scrollIntoView({ block: "nearest" });
    } else this.#input.removeAttribute("aria-activedescendant");
  }

  #take(index) {
    const { from, to, items } = this.#found;
    const { insert, final } = items[index];
    const text = this.#input.value;
    const behind = insert.endsWith(" ") ? text.slice(to).replace(/^\s/, "") : text.slice(to);
    this.#set(text.slice(0, from) + insert + behind, from + insert.length);
    if (final) this.#close();
    else this.#suggest();
  }

  #close() {
    clearTimeout(this.#timer);
    this.#list.hidden = true;
    this.#active = -1;
    $("suggestions-said").textContent = "";
    this.#input.removeAttribute("aria-activedescendant");
  }
}
