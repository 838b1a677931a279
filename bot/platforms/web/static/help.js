// Help by topic, with examples that one press puts into the box.
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { showKeys } from "./keys.js";

/** The card's body; `take(text)` puts an example into the box. */
export function drawHelp(topics, take) {
  const body = h("div", { class: "card-body help-topics" });
  const show = (now, { focus = false } = {}) => {
    body.replaceChildren(
      h("p", { class: "heading" }, t("page-help")),
      h("div", { class: "segments", role: "group", "aria-label": t("page-help-topics") }, topics.map((topic) =>
        h("button", { type: "button", "aria-pressed": String(topic === now), onclick: () => show(topic, { focus: true }) }, topic.heading))),
      h("div", { class: "told-of" }, now.told.map((line) => h("p", {}, line))),
      h("div", { class: "help-examples" }, now.examples.map((example) => h("button", { type: "button", class: "help-example", title: t("page-help-take"), onclick: () => take(example) }, h("code", {}, example)))),
      h("p", { class: "notes" }, h("button", { type: "button", class: "link", onclick: showKeys }, t("page-keys"))),
    );
    if (focus) body.querySelector("[aria-pressed=true]").focus();
  };
  show(topics[0]);
  return body;
}
