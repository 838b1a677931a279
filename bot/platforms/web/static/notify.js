// A word of the browser's own when a picture is ready and nobody looks at the page. Asked for once, at the first request.
import { remember, remembered } from "./dom.js";
import { t } from "./i18n.js";

const ASKED = "easel-notify";

/** From a press or a key, as browsers want it. */
export function askOnce() {
  if (!("Notification" in window) || Notification.permission !== "default" || remembered(ASKED)) return;
  remember(ASKED, "asked");
  Notification.requestPermission();
}

/** Say that it has ended. Of a series its sheet speaks for all. */
export function tellOf({ id, mine, series, request, card }) {
  if (!mine || series || !document.hidden || !("Notification" in window) || Notification.permission !== "granted") return;
  if (card.tone !== "done" && card.tone !== "failed") return;
  const title = card.tone === "done" ? t("page-ready") : card.heading;
  const said = new Notification(title, { body: request.prompt, tag: id, icon: card.pictures[0]?.thumb });
  said.addEventListener("click", () => {
    focus();
    location.hash = `#/show/${id}`;
    said.close();
  });
}
