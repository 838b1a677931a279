// The form that changes a request and draws it again. Its fields come from the same table as the completion.
import * as api from "./api.js";
import { $, h, shape } from "./dom.js";
import { t } from "./i18n.js";

const NUMBERS = new Set(["n", "clarity"]);

/** `send(text, extra)` submits the command; it throws api.Refusal where that is refused. */
export class EditForm {
  #dialog = $("edit");
  #parent = null;

  constructor({ send }) {
    this.send = send;
    $("edit-cancel").addEventListener("click", () => this.#dialog.close());
    $("edit-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    $("edit-prompt").addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) $("edit-form").requestSubmit();
    });
  }

  setTable(table) {
    $("edit-fields").replaceChildren(...table.map(drawField));
  }

  open(message) {
    this.#parent = message.id;
    $("edit-prompt").value = message.request.prompt;
    $("edit-error").hidden = true;
    for (const input of $("edit-fields").querySelectorAll("input")) {
      const value = message.request[input.name] ?? "none";
      input.checked = String(value) === input.value;
    }
    this.#dialog.showModal();
    $("edit-prompt").focus();
  }

  async #submit() {
    const options = {};
    for (const [name, value] of new FormData($("edit-form"))) options[name] = NUMBERS.has(name) ? Number(value) : value;
    const button = $("edit-form").querySelector("[type=submit]");
    button.disabled = true;
    try {
      await this.send(`/imagine ${$("edit-prompt").value}`, { options, parent: this.#parent });
      this.#dialog.close();
    } catch (error) {
      if (!(error instanceof api.Refusal || error instanceof api.Unreachable)) throw error;
      $("edit-error").textContent = error instanceof api.Refusal ? `${error.error.message} ${error.error.hint}` : t("page-unreachable");
      $("edit-error").hidden = false;
    } finally {
      button.disabled = false;
    }
  }
}

function drawField(option) {
  const choices = option.values.map((value) => {
    const shown = option.name === "ratio" ? [shape(value.value, 26), value.value] : [short(option.name, value)];
    return h(
      "label",
      { class: "choice", title: value.words ?? value.label },
      h("input", { type: "radio", name: option.name, value: value.value, "aria-label": value.label }),
      h("span", { "aria-hidden": "true" }, ...shown),
    );
  });
  return h("fieldset", {}, h("legend", {}, option.description), h("div", { class: "choices" }, choices));
}

function short(name, { value, label }) {
  return NUMBERS.has(name) ? String(value) : label;
}
