// Long lists with few elements: what is far from view gives its content back and keeps its height.

const NEAR = 1500; // pixels above and below the view
const GUESS = 420; // pixels of what was never drawn

/** `draw(element)` fills an element that comes near. */
export class Shelf {
  #empty = new WeakSet();
  #sight;

  constructor(room, draw) {
    this.room = room;
    this.draw = draw;
    this.#sight = new IntersectionObserver((seen) => this.#look(seen), { root: room, rootMargin: `${NEAR}px 0px` });
  }

  add(element, { empty }) {
    if (empty) {
      this.#empty.add(element);
      element.style.height = `${GUESS}px`;
    }
    this.#sight.observe(element);
  }

  remove(element) {
    this.#sight.unobserve(element);
  }

  /** Whether it has given its content back. */
  has(element) {
    return this.#empty.has(element);
  }

  #look(seen) {
    if (!this.room.clientHeight) return; // another view is open: all is out of sight, and none of it is far
    for (const { target, isIntersecting, boundingClientRect } of seen) {
      if (!target.isConnected) continue;
      if (isIntersecting && this.#empty.delete(target)) this.#fill(target);
      else if (!isIntersecting && !this.#empty.has(target) && !target.contains(document.activeElement)) {
        this.#empty.add(target);
        target.style.height = `${boundingClientRect.height}px`;
        target.replaceChildren();
      }
    }
  }

  /** A guess that was wrong must not move what is being read below it. */
  #fill(element) {
    const before = element.getBoundingClientRect();
    element.style.height = "";
    this.draw(element);
    if (before.top < this.room.getBoundingClientRect().top) {
      this.room.scrollTop += element.getBoundingClientRect().height - before.height;
    }
  }
}
