// The form of one's own defaults. What it offers comes from the server, in the reader's language.
import * as api from "./api.js";
import { $, h } from "./dom.js";
import { t } from "./i18n.js";

/** Open it with the `fields` of the answer; the card that says what was done, null where it was closed without. */
export function changeDefaults({ fields }) {
  const dialog = $("defaults");
  const form = $("defaults-form");
  $("defaults-fields").replaceChildren(...fields.map(drawField));
  $("defaults-error").hidden = true;
  let card = null;
  form.onsubmit = async (event) => {
    event.preventDefault();
    const button = form.querySelector("[type=submit]");
    button.ariaDisabled = "true"; // a disabled button would lose the focus
    try {
      ({ card } = await api.keepDefaults(Object.fromEntries(new FormData(form))));
      dialog.close();
    } catch (error) {
      if (!(error instanceof api.Refusal || error instanceof api.Unreachable)) throw error;
      $("defaults-error").textContent = error.error?.message ?? t("unreachablePress");
      $("defaults-error").hidden = false;
      form.elements[error.error?.field]?.focus();
    } finally {
      button.ariaDisabled = null;
    }
  };
  $("defaults-cancel").onclick = () => dialog.close();
  dialog.showModal();
  form.elements[fields[0].name].focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(card), { once: true });
  });
}

function drawField({ name, label, value, choices }) {
  const options = choices.map((choice) => h("option", { value: choice.value, selected: choice.value === value }, choice.label));
  return h("label", { class: "field" }, h("span", {}, label), h("select", { name }, options));
}
