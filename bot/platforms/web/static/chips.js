// The options of what is being typed as chips with their values, each with a picker; and what it would cost.
import * as api from "./api.js";
import { $, h, shape } from "./dom.js";
import { drawExample, drawExampleNote, fillExamples } from "./examples.js";
import { t } from "./i18n.js";
import { openMenu } from "./menu.js";
import { me } from "./session.js";

const PAUSE = 350; // milliseconds after the last letter

export class Chips {
  #room = $("chips");
  #table = [];
  #seen = null; // the server's reading of #of
  #of = null;
  #timer = 0;

  /** `text()` is what is typed, `change(text)` puts another text there. `more` are chips behind those of the options. */
  constructor({ text, change, more = [] }) {
    this.text = text;
    this.change = change;
    this.more = more;
  }

  setTable(options) {
    this.#table = options;
    this.#draw();
    this.#read(this.text());
  }

  /** Another letter was typed. */
  changed() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#read(this.text()), PAUSE);
  }

  async #read(text) {
    try {
      const seen = await api.preview(text);
      if (text !== this.text()) return;
      this.#seen = seen;
      this.#of = text;
      this.#draw();
    } catch (error) {
      if (!(error instanceof api.Refusal || error instanceof api.Unreachable)) throw error;
    }
  }

  #draw() {
    const { options = {}, cost = null, told = [] } = this.#seen ?? {};
    const focused = document.activeElement?.closest("#chips")  ? document.activeElement.dataset.option : null;
    this.#room.replaceChildren(...this.#table.map((option) => this.#drawChip(option, options[option.name])), ...this.more);
    if (focused) this.#room.querySelector(`[data-option="${focused}"]`)?.focus();
    $("cost").textContent = cost === null ? "" : price(cost);
    $("cost").classList.toggle("wrong", cost !== null && cost.left !== null && cost.points > cost.left);
    $("told").replaceChildren(...told.map((line) => h("li", {}, line)));
    $("told").hidden = !told.length;
  }

  #drawChip(option, reading) {
    const value = valueOf(option, reading?.value ?? option.default);
    const chip = h(
      "button",
      {
        type: "button", class: reading?.word ? "chip said" : "chip", "data-option": option.name, title: option.description,
        "aria-label": t("page-chip", { name: option.description, value: value.label }), "aria-haspopup": "dialog",
      },
      option.name === "ratio" ? shape(String(value.value), 16) : null,
      h("span", {}, short(option, value)),
    );
    chip.addEventListener("click", () => this.#pick(option, chip));
    return chip;
  }

  #pick(option, chip) {
    const now = this.#seen?.options?.[option.name]?.value ?? option.default;
    const choices = option.values.map((value) => {
      const button = h(
        "button",
        { type: "button", class: "pick", "aria-pressed": String(value.value === now) },
        option.name === "ratio" ? shape(value.value, 34) : null,
        ...(option.name === "style" ? [drawExample(value), " "] : []), // parted for those who hear it
        h("span", { class: "pick-name" }, short(option, value)),
        ...about(option, value),
      );
      button.addEventListener("click", () => this.#take(option, value));
      return button;
    });
    const menu = { opener: chip, label: option.description, class: `picks of-${option.name}`, content: choices };
    if (option.name !== "style") openMenu(menu);
    else if (openMenu({ ...menu, content: [...choices, drawExampleNote()] })) fillExamples($("picker"));
  }

  async #take(option, { value, insert }) {
    if (this.#of !== this.text()) await this.#read(this.text());
    const { word = "", otherwise = option.default } = this.#seen?.options?.[option.name] ?? {};
    const text = this.text();
    const said = value === otherwise ? "" : insert;
    const at = word ? text.lastIndexOf(word) : -1;
    if (at < 0) {
      if (said) this.change(`${text}${text && !/\s$/.test(text) ? " " : ""}${said} `);
    } else if (said) this.change(text.slice(0, at) + said + text.slice(at + word.length));
    else this.change(`${text.slice(0, at).trimEnd()} ${text.slice(at + word.length).trimStart()}`.trimStart());
    await this.#read(this.text());
  }
}

const valueOf = (option, value) => option.values.find((one) => one.value === value) ?? { value, label: String(value) };

/** As it stands on a chip: 16:9 · 2 pictures · 2048 · Ink drawing. */
function short(option, { value, label }) {
  return option.name === "ratio" || option.name === "clarity" ? String(value) : label;
}

/** What a choice is beside its name: the words of a shape or a built-in style, what a clarity uses. */
function about(option, { value, label, words, about: told }) {
  const rest = option.name === "ratio" ? label.replace(String(value), "").trim() : words ? "" : (told ?? "");
  const points = option.name === "clarity" ? me.prices[value] : 1;
  const uses = points > 1 ? t("page-uses-each", { n: points }) : "";
  const size = option.name === "clarity" ? label.replace(String(value), "").replace(/^[,\s（]+|）$/g, "") : "";
  return [rest, size, uses].filter(Boolean).flatMap((line) => [" ", h("span", { class: "pick-about" }, line)]); // parted for those who hear it
}

function price({ pictures, points, left }) {
  return left === null ? t("page-cost", { pictures, points }) : t("page-cost-left", { pictures, points, left });
}
