// Rows of pictures in their own shapes, as wide as there is room. Only the rows near the view are elements, so ten
// thousand pictures cost no more than a hundred.
import { h } from "./dom.js";
import { locale, t } from "./i18n.js";

const HEIGHT = 260; // pixels a row is about as high as
const HEIGHT_OF_NARROW = 190;
const GAP = 6;
const HEAD = 44; // a day's name
const NEAR = 700; // pixels above and below the view
const ASK = 2500; // pixels before the end, at which more is asked for
const NARROWEST = 0.5; // of width to height: what is narrower still leaves no room for its buttons
const WIDEST = 2.4;

const dayName = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
const dayOf = (item) => new Date(item.created_at).toDateString();

export class Wall {
  #rows = [];
  #drawn = new Map(); // row → its element
  #width = 0;
  #queued = false;
  #items = [];

  /** `scroller` scrolls `element`; `draw(item)` gives a tile; `more()` is called near the end. */
  constructor({ element, scroller, draw, more }) {
    Object.assign(this, { element, scroller, draw, more });
    scroller.addEventListener("scroll", this.#later, { passive: true });
    this.sizes = new ResizeObserver(() => this.#resized());
    this.sizes.observe(element);
  }

  /** Gone with its view. */
  close() {
    this.scroller.removeEventListener("scroll", this.#later);
    this.sizes.disconnect();
  }

  /** All items from the newest on; what is drawn already stays as it is. */
  show(items) {
    this.#items = items;
    this.#layOut();
    this.#render();
  }

  /** Draw these again, wherever they are in view: something about them changed. */
  refresh() {
    for (const element of this.#drawn.values()) element.remove();
    this.#drawn.clear();
    this.#render();
  }

  /** The tile of an item, brought into view. */
  reveal(item) {
    const row = this.#rows.find((one) => one.tiles?.some((tile) => tile.item === item));
    if (!row) return null;
    const top = row.top + this.element.offsetTop;
    const { scrollTop, clientHeight } = this.scroller;
    if (top < scrollTop || top + row.height > scrollTop + clientHeight) this.scroller.scrollTop = top - clientHeight / 3;
    this.#render();
    return this.#drawn.get(row)?.querySelector(`[data-id="${item.id}"]`) ?? null;
  }

  /** The item that an arrow key leads to from this one, if any. */
  neighbour(item, key) {
    const rows = this.#rows.filter(({ tiles }) => tiles);
    const at = rows.findIndex(({ tiles }) => tiles.some((tile) => tile.item === item));
    if (at < 0) return null;
    const { tiles } = rows[at];
    const place = tiles.findIndex((tile) => tile.item === item);
    if (key === "ArrowRight") return (tiles[place + 1] ?? rows[at + 1]?.tiles[0])?.item;
    if (key === "ArrowLeft") return (tiles[place - 1] ?? rows[at - 1]?.tiles.at(-1))?.item;
    const middle = ({ left, width }) => left + width / 2;
    const far = (tile) => Math.abs(middle(tile) - middle(tiles[place]));
    const row = rows[at + { ArrowDown: 1, ArrowUp: -1 }[key]];
    return row?.tiles.reduce((best, tile) => (far(tile) < far(best) ? tile : best)).item;
  }

  #later = () => {
    if (this.#queued) return;
    this.#queued = true;
    requestAnimationFrame(() => {
      this.#queued = false;
      this.#render();
    });
  };

  #resized() {
    if (this.element.clientWidth === this.#width || !this.element.clientWidth) return;
    this.#layOut();
    this.refresh();
  }

  #layOut() {
    this.#width = this.element.clientWidth;
    const wanted = this.#width < 640 ? HEIGHT_OF_NARROW : HEIGHT;
    const known = new Map(this.#rows.map((row) => [row.key, row]));
    const rows = [];
    let top = 0;
    let day = "";
    let line = [];
    let sum = 0;
    const add = (row) => {
      const before = known.get(row.key);
      if (before) row = Object.assign(before, row); // so that what is drawn of it stays
      rows.push(Object.assign(row, { top }));
      top += row.height + GAP;
    };
    const close = (last) => {
      if (!line.length) return;
      const room = this.#width - GAP * (line.length - 1);
      const height = last ? Math.min(wanted, room / sum) : room / sum;
      let left = 0;
      const tiles = line.map(({ item, shape }) => {
        const tile = { item, left, width: shape * height };
        left += tile.width + GAP;
        return tile;
      });
      add({ key: `${tiles.map(({ item }) => item.id).join(" ")} ${Math.round(height)}`, height, tiles });
      line = [];
      sum = 0;
    };
    for (const item of this.#items) {
      if (dayOf(item) !== day) {
        close(true);
        day = dayOf(item);
        add({ key: day, height: HEAD, name: named(item) });
      }
      const [{ width, height }] = item.pictures;
      const shape = Math.max(NARROWEST, Math.min(WIDEST, width / height));
      line.push({ item, shape });
      sum += shape;
      if (sum * wanted + GAP * (line.length - 1) >= this.#width) close(false);
    }
    close(true);
    this.#rows = rows;
    this.element.style.height = `${Math.max(0, top - GAP)}px`;
    const kept = new Set(rows);
    for (const [row, element] of this.#drawn) {
      if (kept.has(row)) place(element, row);
      else {
        element.remove();
        this.#drawn.delete(row);
      }
    }
  }

  #render() {
    const above = this.scroller.scrollTop - this.element.offsetTop;
    const from = above - NEAR;
    const to = above + this.scroller.clientHeight + NEAR;
    const near = new Set();
    for (let index = this.#firstBelow(from); index < this.#rows.length && this.#rows[index].top < to; index += 1) near.add(this.#rows[index]);
    for (const [row, element] of this.#drawn) {
      if (near.has(row) || element.contains(document.activeElement)) continue;
      element.remove();
      this.#drawn.delete(row);
    }
    let before = null; // in the order of reading, for who listens or tabs through
    for (const row of [...near].reverse()) {
      let element = this.#drawn.get(row);
      if (!element) {
        element = this.#drawRow(row);
        this.#drawn.set(row, element);
        this.element.insertBefore(element, before);
      }
      before = element;
    }
    if (above + this.scroller.clientHeight + ASK > this.element.clientHeight) this.more();
  }

  #firstBelow(top) {
    let [low, high] = [0, this.#rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#rows[middle].top + this.#rows[middle].height < top) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #drawRow(row) {
    const element = row.name
      ? h("h3", { class: "wall-day" }, row.name)
      : h("div", { class: "wall-row" }, row.tiles.map(({ item, left, width }) => {
          const tile = this.draw(item);
          tile.style.insetInlineStart = `${left}px`;
          tile.style.width = `${width}px`;
          return tile;
        }));
    place(element, row);
    return element;
  }
}

function place(element, { top, height }) {
  element.style.top = `${top}px`;
  element.style.height = `${height}px`;
}

function named(item) {
  const date = new Date(item.created_at);
  const today = new Date();
  const days = Math.round((new Date(today.toDateString()) - new Date(date.toDateString())) / 86_400_000);
  if (days === 0) return t("page-day-today");
  return days === 1 ? t("page-day-yesterday") : dayName.format(date);
}
