// The page's words, by the ids that cards and chats use as well: bot/cards/locales, one file for one language.
import { remember } from "./dom.js";
import { FluentBundle, FluentResource } from "./vendor/fluent-bundle.js";

export const locale = document.documentElement.lang; // chosen by language.js

const bundle = new FluentBundle(locale, { useIsolating: false });
const source = await fetch(new URL(`${locale}.ftl`, import.meta.url));
bundle.addResource(new FluentResource(await source.text()));

/** The sentence `id` with its values. The server fills in English where a language lacks one. */
export function t(id, values = {}) {
  const message = bundle.getMessage(id);
  return message?.value ? bundle.formatPattern(message.value, values, []) : id;
}

/** Put the words into the page: data-t for text, data-t-label for names, data-t-title for hints. */
export function translate(root = document) {
  for (const node of root.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of root.querySelectorAll("[data-t-placeholder]")) node.placeholder = t(node.dataset.tPlaceholder);
  for (const node of root.querySelectorAll("[data-t-title]")) node.title = t(node.dataset.tTitle);
  for (const node of root.querySelectorAll("[data-t-label]")) {
    node.setAttribute("aria-label", t(node.dataset.tLabel));
    node.title = t(node.dataset.tLabel);
  }
}

export function switchLanguage() {
  remember("easel-lang", locale === "en" ? "zh-CN" : "en");
  const url = new URL(location.href);
  url.searchParams.delete("lang");
  location.replace(url);
}
