// The popover of the chips: above the box that they belong to, at the foot of a narrow window by the style sheet.
import { $ } from "./dom.js";

const GAP = 6; // pixels between the box and the menu
let openedBy = null;

/**
 * `content` are elements; a press on any button within closes it. The first field, or what is pressed, has the focus.
 * True where it is open now, false where its own opener has closed it.
 */
export function openMenu({ opener, label, content, class: kind = "" }) {
  const menu = $("picker");
  if (menu.matches(":popover-open")) {
    const same = openedBy === opener;
    menu.hidePopover();
    if (same) return false;
  }
  openedBy = opener;
  menu.className = `menu ${kind}`;
  menu.setAttribute("aria-label", label);
  menu.replaceChildren(...content);
  menu.showPopover();
  opener.setAttribute("aria-expanded", "true");
  // Above the box, and growing upwards: what is loaded later pushes nothing down.
  const width = menu.offsetWidth;
  const left = Math.min(opener.getBoundingClientRect().left, innerWidth - width - GAP);
  menu.style.setProperty("--left", `${Math.max(GAP, left)}px`);
  menu.style.setProperty("--bottom", `${innerHeight - opener.closest("form").getBoundingClientRect().top + GAP}px`);
  (menu.querySelector("input") ?? menu.querySelector("[aria-pressed=true]") ?? menu.querySelector("button"))?.focus({ focusVisible: false });
  return true;
}

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** Once for the page. */
export function listenToMenu() {
  const menu = $("picker");
  menu.addEventListener("toggle", ({ newState }) => {
    if (newState !== "closed") return;
    openedBy?.setAttribute("aria-expanded", "false");
    openedBy = null;
  });
  menu.addEventListener("click", ({ target }) => {
    if (target.closest("button")) menu.hidePopover();
  });
  menu.addEventListener("keydown", (event) => {
    const buttons = [...menu.querySelectorAll("button")];
    const from = buttons.indexOf(document.activeElement);
    const typing = event.target.matches("input");
    if (!(event.key in STEPS) || !buttons.length || (typing && event.key !== "ArrowDown")) return;
    event.preventDefault();
    buttons[(from + STEPS[event.key] + buttons.length) % buttons.length].focus();
  });
  addEventListener("resize", () => menu.hidePopover());
}
