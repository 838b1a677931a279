// Single keys that lead somewhere, as long as nobody types; and the dialog that lists them.
import { $, h } from "./dom.js";
import { t } from "./i18n.js";

const FIELDS = "input, textarea, select, [contenteditable]";
const ALL = [
  ["page-keys-page", [["/", t("page-key-write")], ["g", t("page-key-gallery")], ["b", t("page-key-board")], ["?", t("page-key-keys")], ["Esc", t("page-key-leave")]]],
  ["page-keys-writing", [["Enter", t("page-key-send")], ["Shift+Enter", t("page-key-line")], ["↑ ↓", t("page-key-sent")], ["Tab", t("page-key-complete")]]],
  ["page-keys-gallery", [["← ↑ ↓ →", t("page-key-tiles")], ["x", t("page-key-choose")], [".", t("page-key-chosen")], ["Esc", t("page-key-none")]]],
  ["page-keys-picture", [["← →", t("page-key-turn")], ["+ − 0", t("page-key-zoom")], ["i", t("page-key-details")]]],
];
const HEADINGS = { "page-keys-page": t("page-keys-page"), "page-keys-writing": t("page-keys-writing"), "page-keys-gallery": t("page-keys-gallery"), "page-keys-picture": t("page-keys-picture") };

/** `go`: key → what it does. */
export function listenToKeys(go) {
  const deeds = { ...go, "?": showKeys };
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.target.closest?.(FIELDS) || document.querySelector(":modal, :popover-open")) return;
    if (!Object.hasOwn(deeds, event.key)) return;
    event.preventDefault();
    deeds[event.key]();
  });
  $("keys-close").addEventListener("click", () => $("keys").close());
}

export function showKeys() {
  $("keys-list").replaceChildren(
    ...ALL.map(([heading, keys]) =>
      h("section", {}, h("h3", {}, HEADINGS[heading]), h("dl", {}, keys.flatMap(([key, does]) => [h("dt", {}, key.split(" ").map((one) => h("kbd", {}, one))), h("dd", {}, does)]))),
    ),
  );
  $("keys").showModal();
  $("keys-close").focus({ focusVisible: false });
}
