// Bars of what was used. A table below has the numbers, so screen readers skip the drawing.
import { s } from "./dom.js";
import { locale } from "./i18n.js";

const NARROW = 640; // a window of a phone: fewer labels, so that they can still be read
const HEIGHT = 150;
const FOOT = 22; // for the labels
const LABEL = 80; // room for one
const DIGIT = 9; // of a number above a bar

const dayName = new Intl.DateTimeFormat(locale, { month: "short", day: "numeric", timeZone: "UTC" });
const monthName = new Intl.DateTimeFormat(locale, { month: "short", timeZone: "UTC" });

/** "2026-11-22" and "2026-11" as people write them; other keys as they are named. */
export function rowName({ key, name }) {
  if (/^\d{4}-\d\d-\d\d$/.test(key)) return dayName.format(new Date(`${key}T00:00:00Z`));
  if (/^\d{4}-\d\d$/.test(key)) return monthName.format(new Date(`${key}-01T00:00:00Z`));
  return name || key;
}

/** From a bar's foot up: delivered; charged but not delivered; ordered but not charged; still being drawn. As on the chats' charts. */
function parts({ delivered, charged, ordered, reserved }) {
  return Object.entries({ done: delivered, kept: charged - delivered, lost: Math.max(0, ordered - charged - reserved), open: reserved });
}

/** One bar a row, with its parts. */
export function drawChart(rows) {
  const width = innerWidth < NARROW ? 320 : 640;
  const whole = (row) => parts(row).reduce((sum, [, part]) => sum + part, 0);
  const most = Math.max(4, ...rows.map(whole));
  const room = HEIGHT - FOOT - 18;
  const step = width / rows.length;
  const thick = Math.min(40, step * 0.66);
  const every = Math.ceil((rows.length * LABEL) / width);
  const svg = s("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, class: "chart", "aria-hidden": "true" });
  svg.append(s("line", { class: "base", x1: 0, x2: width, y1: HEIGHT - FOOT, y2: HEIGHT - FOOT }));
  rows.forEach((row, index) => {
    const middle = step * (index + 0.5);
    let top = HEIGHT - FOOT;
    for (const [name, part] of parts(row)) {
      const height = (part / most) * room;
      top -= height;
      if (part) svg.append(s("rect", { class: name, x: middle - thick / 2, y: top, width: thick, height, rx: Math.min(4, thick / 4) }));
    }
    const count = whole(row);
    if (count && (rows.length <= 14 || count === most)) svg.append(label("value", within(middle, DIGIT * String(count).length, width), top - 6, String(count)));
    // Counted from the last, so that today always has its name.
    if ((rows.length - 1 - index) % every === 0) svg.append(label("foot", ...footLabel(row, middle, width)));
  });
  return svg;
}

function label(kind, x, y, text) {
  return s("text", { class: kind, x, y, "text-anchor": "middle" }, text);
}

/** Place and text of a name below its bar: as long as there is room for, and never beyond the edge. */
function footLabel(row, middle, width) {
  const letters = [...rowName(row)];
  const long = (text) => text.reduce((sum, letter) => sum + (letter > "\u2e80" ? 13 : 7), 0);
  const most = Math.min(LABEL - 4, width);
  const text = long(letters) > most ? [...letters.slice(0, Math.floor(most / 13) + 2), "…"] : letters;
  return [within(middle, long(text), width), HEIGHT - 5, text.join("")];
}

/** Where the middle of a text may be, so that nothing of it lies beyond the edge. */
function within(middle, long, width) {
  const half = long / 2 + 1;
  return Math.max(half, Math.min(width - half, middle));
}
