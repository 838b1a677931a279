// One small function that builds elements. Text goes in as text nodes only, so nothing said in the chat becomes markup.

/** An element with properties, `on…` listeners and children; null and false children are left out. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A little rectangle in the proportions of "16:9", at most `size` pixels long. */
export function shape(ratio, size = 22) {
  const [width, height] = ratio.split(":").map(Number);
  const scale = size / Math.max(width, height);
  const element = h("span", { class: "shape", "aria-hidden": "true" });
  element.style.width = `${Math.round(width * scale)}px`;
  element.style.height = `${Math.round(height * scale)}px`;
  return element;
}

export const $ = (id) => document.getElementById(id);

export function remembered(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // storage may be switched off
  }
}

export function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // It is forgotten with the page, no more.
  }
}
