// The settings of the page as one form; only what was changed is sent, and a wrong value is marked where it stands.
import * as api from "./api.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";

export class SettingsForm {
  #fields = h("div", { class: "fields" });
  #error = h("p", { class: "form-error", role: "alert" });
  #were = {};

  /** `save(changes)` throws api.Refusal where a value is wrong. */
  constructor({ save }) {
    this.save = save;
    this.element = h(
      "form",
      { class: "settings-form" },
      this.#fields,
      this.#error,
      h("div", { class: "sheet-actions" }, h("button", { type: "submit", class: "button primary" }, t("form-save"))),
    );
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
  }

  fill(fields) {
    this.#were = Object.fromEntries(fields.map(({ name, value }) => [name, value]));
    const names = { defaults: t("page-group-defaults"), limits: t("page-group-limits"), keeping: t("page-group-keeping") };
    this.#fields.replaceChildren(
      ...Object.entries(names).map(([group, name]) =>
        h("fieldset", {}, h("legend", {}, name), fields.filter((field) => field.group === group).map(drawField)),
      ),
    );
    this.#error.textContent = "";
  }

  async #submit() {
    const now = Object.fromEntries(new FormData(this.element));
    const changes = Object.fromEntries(Object.entries(now).filter(([name, value]) => value.trim() !== this.#were[name]));
    this.#error.textContent = "";
    for (const input of this.element.elements) input.removeAttribute("aria-invalid");
    try {
      await this.save(changes);
    } catch (error) {
      if (!(error instanceof api.Refusal || error instanceof api.Unreachable)) throw error;
      this.#error.textContent = error.error?.message ?? t("page-unreachable-press");
      const input = this.element.elements[error.error?.field];
      input?.setAttribute("aria-invalid", "true");
      input?.focus();
    }
  }
}

function drawField({ name, label, kind, value, choices, otherwise, hint }) {
  let input;
  if (kind === "choice") {
    input = h("select", { name }, choices.map((choice) => h("option", { value: choice.value, selected: choice.value === value }, choice.label)));
  } else {
    input = h("input", { name, value, placeholder: otherwise, autocomplete: "off", inputmode: kind === "number" ? "numeric" : null });
  }
  return h("label", { class: "field" }, h("span", {}, label), input, hint ? h("small", { class: "field-hint" }, hint) : null);
}
