// The pictures of a message: places where they will be, the pictures, a vote on each, and a veil over what is hidden.
import { original } from "./carry.js";
import { h, icon } from "./dom.js";
import { t } from "./i18n.js";
import { loadSoon } from "./thumbnails.js";

// A picture covers about the area of a square with this side, in pixels, whatever its ratio; by how many there are.
const SIDE = { 1: 420, 2: 296, 3: 212, 4: 264 };
const SIDE_OF_TALL = { 1: 420, 2: 296, 3: 236, 4: 196 }; // four tall ones stand in one row

const SIDE_OF_SHEET = 560;

function grid(ratio, count, whole = 0) {
  const [width, height] = ratio.split(":").map(Number);
  const frames = h("div", { class: "frames" });
  const tall = width < height;
  const side = whole || (tall ? SIDE_OF_TALL : SIDE)[count];
  frames.style.setProperty("--columns", count === 4 && !tall ? 2 : count);
  frames.style.setProperty("--cell", `${Math.round(side * Math.sqrt(width / height))}px`);
  frames.style.setProperty("--ratio", `${width} / ${height}`);
  return frames;
}

/** Empty places, while it is being drawn. */
export function drawFrames({ ratio, n }) {
  const frames = grid(ratio, n);
  frames.setAttribute("role", "img");
  frames.setAttribute("aria-label", t("page-drawing"));
  frames.append(...Array.from({ length: n }, () => h("span", { class: "frame drawing" })));
  return frames;
}

/** `look(pictures, index)` opens one; `vote(index)` where it can be voted on. A `sheet` has a shape of its own. */
export function drawPictures(pictures, ratio, { look, vote, sheet = false }) {
  const [{ width, height }] = pictures;
  const frames = sheet ? grid(`${width}:${height}`, 1, SIDE_OF_SHEET) : grid(ratio, pictures.length);
  frames.dataset.done = "";
  pictures.forEach((picture, index) => {
    const cell = h("div", { class: "cell" }, drawPicture(frames, pictures, index, look, sheet));
    if (vote && pictures.length > 1) {
      const badge = h("button", { type: "button", class: "vote", "data-press": `vote-${index + 1}` });
      badge.addEventListener("click", () => vote(index + 1));
      cell.append(badge);
    }
    frames.append(cell);
  });
  return frames;
}

function drawPicture(frames, pictures, index, look, sheet) {
  const picture = pictures[index];
  const image = h("img", {
    alt: picture.alt,
    width: picture.width,
    height: picture.height,
    decoding: "async",
    ...original(picture),
  });
  loadSoon(image, sheet ? picture.url : picture.thumb); // the words on a sheet are to be read
  const frame = h("button", { type: "button", class: "frame" }, image);
  image.addEventListener("error", () => frame.replaceWith(h("span", { class: "frame lost" }, t("page-lost"))));
  frame.addEventListener("click", () => {
    if ("veiled" in frames.dataset) veil(frames, pictures, false);
    else look(pictures, index);
  });
  return frame;
}

/** Blur the pictures until somebody looks, or show them. */
export function veil(frames, pictures, veiled, word = t("page-spoiler")) {
  frames.toggleAttribute("data-veiled", veiled);
  frames.querySelectorAll("button.frame").forEach((frame, index) => {
    const place = { index: index + 1, count: pictures.length };
    const name = veiled ? t("page-open-veiled", place) : `${t("page-open", place)}: ${pictures[index]?.alt ?? ""}`;
    frame.setAttribute("aria-label", name);
    frame.querySelector(".veil")?.remove();
    if (veiled) frame.append(h("span", { class: "veil", "aria-hidden": "true" }, icon("eye", 22), word));
  });
}

/** Write the votes onto the pictures; the one with the most is marked, the first of several. */
export function showVotes(frames, { votes = {}, vote = null } = {}) {
  const most = Math.max(0, ...Object.values(votes));
  const best = most ? Math.min(...Object.keys(votes).filter((index) => votes[index] === most).map(Number)) : 0;
  frames.querySelectorAll(".cell").forEach((cell, place) => {
    const index = place + 1;
    const badge = cell.querySelector(".vote");
    if (!badge) return;
    const count = votes[index] ?? 0;
    cell.classList.toggle("best", index === best);
    badge.replaceChildren(String(index), count ? h("span", { class: "count" }, index === best ? icon("star", 12) : "♥", String(count)) : "");
    badge.setAttribute("aria-pressed", String(index === vote));
    badge.setAttribute("aria-label", index === best ? t("page-vote-best", { index, count }) : t("page-vote", { index, count }));
    badge.title = t("page-vote-hint");
  });
}
