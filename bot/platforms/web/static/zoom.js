// Zoom and pan of one picture in its stage: a click goes to the original's pixels and back, the wheel in between.

const MOST = 4; // times the original's pixels
const CLICK = 5; // pixels: what moves farther was a drag

export class Zoom {
  #scale = 1; // 1: as large as the stage
  #x = 0;
  #y = 0;
  #whole = 1; // the scale at which a pixel of the picture is one of the screen
  #drag = null;
  #pointers = new Map();

  constructor(stage, image) {
    this.stage = stage;
    this.image = image;
    stage.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    image.addEventListener("pointerdown", (event) => this.#down(event));
    image.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of ["pointerup", "pointercancel"]) image.addEventListener(end, (event) => this.#up(event));
  }

  get zoomed() {
    return this.#scale > 1.01;
  }

  /** As large as the stage. `picture` is the one that comes next. */
  reset(picture = this.picture) {
    this.picture = picture;
    this.#pointers.clear();
    this.#drag = null;
    this.#to(1, 0, 0);
  }

  by(factor, at = this.#middle()) {
    this.#measure();
    const scale = Math.max(1, Math.min(this.#whole * MOST, this.#scale * factor));
    const ratio = scale / this.#scale;
    // What is under the pointer stays there.
    this.#to(scale, at.x - (at.x - this.#x) * ratio, at.y - (at.y - this.#y) * ratio);
  }

  #middle() {
    return { x: 0, y: 0 };
  }

  /** A point of the screen, from the middle of the stage. */
  #point({ clientX, clientY }) {
    const box = this.stage.getBoundingClientRect();
    return { x: clientX - box.left - box.width / 2, y: clientY - box.top - box.height / 2 };
  }

  #measure() {
    if (this.picture) this.#whole = Math.max(1, this.picture.width / (devicePixelRatio * Math.max(1, this.image.offsetWidth)));
  }

  #to(scale, x, y) {
    const spare = (length, room) => Math.max(0, (length * scale - room) / 2);
    const [wide, high] = [spare(this.image.offsetWidth, this.stage.clientWidth), spare(this.image.offsetHeight, this.stage.clientHeight)];
    this.#scale = scale;
    this.#x = Math.max(-wide, Math.min(wide, x));
    this.#y = Math.max(-high, Math.min(high, y));
    this.image.style.transform = this.zoomed ? `translate(${this.#x}px, ${this.#y}px) scale(${scale})` : "";
    this.stage.classList.toggle("zoomed", this.zoomed);
  }

  #wheel(event) {
    event.preventDefault();
    this.by(Math.exp(-event.deltaY / 400), this.#point(event));
  }

  #down(event) {
    if (event.button) return;
    this.#pointers.set(event.pointerId, event);
    this.#drag = { x: event.clientX, y: event.clientY, moved: 0 };
    if (this.zoomed || this.#pointers.size > 1) this.image.setPointerCapture(event.pointerId);
  }

  #move(event) {
    const before = this.#pointers.get(event.pointerId);
    if (!before) return;
    const others = [...this.#pointers.values()].filter((one) => one.pointerId !== event.pointerId);
    this.#pointers.set(event.pointerId, event);
    if (others.length) {
      const apart = (one) => Math.hypot(one.clientX - others[0].clientX, one.clientY - others[0].clientY);
      this.#drag.moved += CLICK;
      this.by(apart(event) / Math.max(1, apart(before)), this.#point(others[0]));
      return;
    }
    const [x, y] = [event.clientX - before.clientX, event.clientY - before.clientY];
    this.#drag.moved += Math.hypot(x, y);
    if (this.zoomed) this.#to(this.#scale, this.#x + x, this.#y + y);
  }

  #up(event) {
    if (!this.#pointers.delete(event.pointerId) || event.type === "pointercancel") return;
    if (this.#drag.moved > CLICK || this.#pointers.size) return;
    this.#measure();
    if (this.zoomed) this.reset();
    else this.by(Math.max(2, this.#whole), this.#point(event));
  }
}
