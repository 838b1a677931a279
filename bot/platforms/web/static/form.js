// A form as the server describes it: what it asks for, what it begins with, and where it goes.
import * as api from "./api.js";
import { $, h } from "./dom.js";
import { t } from "./i18n.js";

/** Open it; the server's answer to what was sent, null where it was closed without. */
export function fillIn(form) {
  const dialog = $("form");
  const fields = $("form-fields");
  $("form-title").textContent = form.title;
  $("form-intro").textContent = form.intro.join(" ");
  fields.replaceChildren(...form.fields.map(drawField));
  $("form-send").textContent = form.submit || t("form-save");
  $("form-error").hidden = true;
  let answer = null;
  $("form-form").onsubmit = async (event) => {
    event.preventDefault();
    const button = $("form-send");
    button.ariaDisabled = "true"; // a disabled button would lose the focus
    try {
      answer = await api.sendForm(form, valuesOf(form));
      dialog.close();
    } catch (error) {
      if (!(error instanceof api.Refusal || error instanceof api.Unreachable)) throw error;
      $("form-error").textContent = error.error?.message ?? t("page-unreachable-press");
      $("form-error").hidden = false;
      $("form-form").elements[error.error?.field]?.focus();
    } finally {
      button.ariaDisabled = null;
    }
  };
  $("form-cancel").onclick = () => dialog.close();
  dialog.showModal();
  fields.querySelector("input, select, textarea")?.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(answer), { once: true });
  });
}

function valuesOf(form) {
  const sent = new FormData($("form-form"));
  return Object.fromEntries(form.fields.map(({ name }) => [name, sent.getAll(name)]));
}

function drawField(field) {
  const hint = field.hint ? h("small", { class: "field-hint" }, field.hint) : null;
  return h("label", { class: "field" }, h("span", {}, field.label), input(field), hint);
}

function input({ name, kind, value, choices, most, required }) {
  if (choices.length) {
    const chosen = [value].flat();
    const options = choices.map((choice) => h("option", { value: choice.value, selected: chosen.includes(choice.value) }, choice.label));
    return h("select", { name, required, multiple: kind === "choices" }, options);
  }
  const limits = { name, required, maxlength: most || null };
  if (kind === "paragraph") return h("textarea", { ...limits, rows: 3 }, value);
  return h("input", { ...limits, value, autocomplete: "off" });
}
