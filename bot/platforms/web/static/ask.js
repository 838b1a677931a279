// Questions in a dialog: are you sure, and in which words.
import { $, h } from "./dom.js";
import { t } from "./i18n.js";

/** Whether the person said yes. Whatever closes the dialog otherwise is a no. */
export async function sure({ title, text, yes, no = t("page-keep") }) {
  $("confirm-title").textContent = title;
  $("confirm-text").textContent = text;
  $("confirm-field").replaceChildren();
  return (await open(yes, no, "button danger")) === "yes";
}

/** What the person wrote, or null. */
export async function words({ title, text, label, yes, longest, required = false, several = true }) {
  $("confirm-title").textContent = title;
  $("confirm-text").textContent = text;
  const limits = { id: "confirm-words", maxlength: longest, required };
  const input = several ? h("textarea", { ...limits, rows: 3 }) : h("input", { ...limits, autocomplete: "off" });
  $("confirm-field").replaceChildren(h("label", { class: "field" }, h("span", {}, label), input));
  return (await open(yes, t("page-never"), "button primary")) === "yes" ? input.value : null;
}

function open(yes, no, kind) {
  const dialog = $("confirm");
  $("confirm-yes").textContent = yes;
  $("confirm-yes").className = kind;
  $("confirm-no").textContent = no;
  dialog.returnValue = "no";
  dialog.showModal();
  ($("confirm-words") ?? $("confirm-no")).focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
  });
}
