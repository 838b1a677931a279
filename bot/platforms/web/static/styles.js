// The page's own styles in the studio: a name that people type, and the words that it adds to the prompt.
import { h } from "./dom.js";
import { t } from "./i18n.js";

const LONGEST_NAME = 31;
const LONGEST_WORDS = 300;

/** `save({name, words})` adds one or changes its words; without words it goes. True if it was done. */
export class StylesPanel {
  #list = h("ul", { class: "listed" });
  #name = h("input", { name: "name", maxlength: LONGEST_NAME, required: true, autocomplete: "off", spellcheck: "false", "data-act": "style" });
  #words = h("textarea", { name: "words", maxlength: LONGEST_WORDS, required: true, rows: 2 });

  constructor({ save }) {
    this.save = save;
    const form = h(
      "form",
      { class: "styles-form" },
      h("label", { class: "field" }, h("span", {}, t("page-style-name")), this.#name),
      h("label", { class: "field" }, h("span", {}, t("studio-style-words")), this.#words),
      h("button", { type: "submit", class: "button" }, t("page-style-save")),
    );
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (await this.save({ name: this.#name.value, words: this.#words.value })) form.reset();
    });
    this.element = h("div", {}, h("p", { class: "panel-note" }, t("page-styles-note")), this.#list, form);
  }

  fill(styles) {
    this.#list.replaceChildren(...styles.map((style) => this.#draw(style)));
  }

  #draw({ name, words }) {
    const change = h("button", { type: "button", class: "button small", "aria-label": t("page-style-change", { name }) }, t("page-change"));
    change.addEventListener("click", () => {
      this.#name.value = name;
      this.#words.value = words;
      this.#words.focus();
    });
    const remove = h("button", { type: "button", class: "button small danger", "aria-label": t("page-style-remove", { name }) }, t("page-remove"));
    remove.addEventListener("click", () => this.save({ name, words: "" }));
    return h("li", {}, h("p", {}, h("code", {}, `style:${name}`), h("span", {}, words)), h("span", { class: "listed-acts" }, change, remove));
  }
}
