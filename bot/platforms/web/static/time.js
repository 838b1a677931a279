// Moments that count down by themselves, by the server's clock: the person's own may be minutes off.
import { h } from "./dom.js";
import { locale, t } from "./i18n.js";

let offset = 0; // what to add to Date.now() to get the server's time, in milliseconds
const absolute = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });

export function setServerTime(iso) {
  const now = Date.parse(iso);
  if (!Number.isNaN(now)) offset = now - Date.now();
}

export function secondsUntil(iso) {
  return Math.round((Date.parse(iso) - Date.now() - offset) / 1000);
}

function words(iso) {
  const seconds = secondsUntil(iso);
  if (seconds <= 0) return t("soon");
  if (seconds < 90) return t("inSeconds", { n: seconds });
  if (seconds < 90 * 60) return t("inMinutes", { n: Math.round(seconds / 60) });
  if (seconds < 36 * 3600) return t("inHours", { n: Math.round(seconds / 3600) });
  return absolute.format(new Date(iso));
}

/** A moment as an element. A screen reader may read it, but isn't told of every second that passes. */
export function moment(iso) {
  return h("time", { datetime: iso, "data-counts": true, role: "timer", "aria-live": "off" }, words(iso));
}

/** The parts of a text from the server: strings and {"at": iso}. */
export function textNodes(parts) {
  return parts.map((part) => (typeof part === "string" ? part : moment(part.at)));
}

export function tick() {
  for (const node of document.querySelectorAll("time[data-counts]")) {
    const said = words(node.dateTime);
    if (node.textContent !== said) node.textContent = said;
  }
}
