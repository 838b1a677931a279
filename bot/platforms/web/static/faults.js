// The sandbox's faults in the studio: what it does wrong next, so that one can watch a card cope.
import { h } from "./dom.js";
import { t } from "./i18n.js";

/** `state` is what it does wrong by now; `press(deed)` asks for one. */
export function drawFaults(state, press) {
  const button = (deed, label, pressed = null) =>
    h("button", { type: "button", class: "button", "data-act": `fault-${deed}`, "aria-pressed": pressed === null ? null : String(pressed), onclick: () => press(deed) }, label);
  const due = [
    state.slow ? t("page-fault-is-slow") : "",
    state.refuse ? t("page-fault-refuses", { n: state.refuse }) : "",
    state.lose ? t("page-fault-loses", { n: state.lose }) : "",
  ].filter(Boolean);
  return h(
    "div",
    { class: "faults" },
    h("p", { class: "panel-note" }, t("page-faults-note")),
    h("div", { class: "presses" }, button("slow", t("page-fault-slow"), state.slow), button("refuse", t("page-fault-refuse")), button("lose", t("page-fault-lose")), due.length ? button("calm", t("page-fault-calm")) : null),
    h("ul", { class: "due" }, (due.length ? due : [t("page-fault-none")]).map((line) => h("li", {}, line))),
  );
}
