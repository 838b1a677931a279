// Moments that count down by themselves, by the server's clock: the person's own may be minutes off.
import { h } from "./dom.js";
import { locale, t } from "./i18n.js";

let offset = 0; // what to add to Date.now() to get the server's time, in milliseconds
// timeStyle does not go with timeZoneName.
const absolute = new Intl.DateTimeFormat(locale, {
  year: "numeric", month: "short", day: "numeric", hour: "numeric", minute: "2-digit", timeZoneName: "short",
});

export function setServerTime(iso) {
  const now = Date.parse(iso);
  if (!Number.isNaN(now)) offset = now - Date.now();
}

export function secondsUntil(iso) {
  return Math.round((Date.parse(iso) - Date.now() - offset) / 1000);
}

const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });

function words(iso, past) {
  const seconds = secondsUntil(iso);
  if (past) return ago(-seconds, iso);
  if (seconds <= 0) return t("page-soon");
  if (seconds < 90) return t("page-in-seconds", { n: seconds });
  if (seconds < 90 * 60) return t("page-in-minutes", { n: Math.round(seconds / 60) });
  if (seconds < 36 * 3600) return t("page-in-hours", { n: Math.round(seconds / 3600) });
  return absolute.format(new Date(iso));
}

function ago(seconds, iso) {
  if (seconds < 60) return relative.format(0, "second");
  if (seconds < 60 * 60) return relative.format(-Math.round(seconds / 60), "minute");
  if (seconds < 24 * 3600) return relative.format(-Math.round(seconds / 3600), "hour");
  return absolute.format(new Date(iso));
}

/** A moment as an element, in words that follow the clock. A screen reader isn't told of every second that passes. */
export function moment(iso, { past = false } = {}) {
  const attributes = { datetime: iso, title: absolute.format(new Date(iso)), "data-counts": past ? "ago" : "until" };
  return h("time", { ...attributes, role: "timer", "aria-live": "off" }, words(iso, past));
}

/** The parts of a text from the server: strings and {"at": iso}. `awaited`: what is late is still to come. */
export function textNodes(parts, { awaited = false } = {}) {
  return parts.map((part) =>
    typeof part === "string" ? part : moment(part.at, { past: !awaited && secondsUntil(part.at) <= 0 }),
  );
}

const date = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });

/** The day of a moment, where the reader is. */
export const day = (iso) => date.format(new Date(iso));

export function tick() {
  for (const node of document.querySelectorAll("time[data-counts]")) {
    const said = words(node.dateTime, node.dataset.counts === "ago");
    if (node.textContent !== said) node.textContent = said;
  }
}
