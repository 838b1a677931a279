// What this person asked before, on any device: a list with a search, and the texts that ↑ goes back to.
import * as api from "./api.js";
import { h, icon } from "./dom.js";
import { t } from "./i18n.js";
import { openMenu } from "./menu.js";

const PAUSE = 200; // milliseconds after the last letter
const MOST = 30;

/** A button that opens it; `take(prompt)` is called for what is chosen. */
export function historyButton(take) {
  const button = h("button", { type: "button", class: "chip", "data-option": "history", "aria-haspopup": "dialog", "aria-label": t("page-history"), title: t("page-history") }, icon("clock", 18));
  button.addEventListener("click", () => open(button, take));
  return button;
}

function open(opener, take) {
  const list = h("div", { class: "past" });
  const search = h("input", { type: "search", class: "search", "aria-label": t("page-history-search"), placeholder: t("page-history-search"), autocomplete: "off" });
  let timer = 0;
  const load = async () => {
    const asked = search.value.trim();
    const prompts = await earlier(asked);
    if (asked !== search.value.trim()) return;
    list.replaceChildren(...(prompts.length ? prompts.map((prompt) => drawPrompt(prompt, take)) : [h("p", { class: "nothing" }, t("page-history-none"))]));
  };
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(load, PAUSE);
  });
  openMenu({ opener, label: t("page-history"), class: "past-menu", content: [search, list] });
  load();
}

function drawPrompt(prompt, take) {
  const button = h("button", { type: "button", class: "past-prompt", dir: "auto" }, prompt);
  button.addEventListener("click", () => take(prompt));
  return button;
}

/** This person's earlier prompts with these letters in them, the newest first; none rather than a complaint. */
export async function earlier(text, most = MOST) {
  try {
    return (await api.prompts(text, most)).prompts;
  } catch (error) {
    if (error instanceof api.Refusal || error instanceof api.Unreachable) return [];
    throw error;
  }
}
