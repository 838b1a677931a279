// The title of the tab: the view, and what came while nobody looked.
import { t } from "./i18n.js";

const VIEWS = { gallery: t("page-gallery"), board: t("page-board"), show: t("button-show"), lineage: t("page-lineage"), compare: t("page-compare"), studio: t("studio-heading"), links: t("page-share-all") };
let view = "";
let unseen = 0;

export function showView(name) {
  view = name;
  write();
}

/** A result came; it counts until the tab is looked at. */
export function cameUnseen() {
  if (document.hidden) unseen += 1;
  write();
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unseen = 0;
  write();
});

function write() {
  const name = VIEWS[view] ? `${VIEWS[view]} · Easel` : "Easel";
  document.title = unseen ? `(${unseen}) ${name}` : name;
}
