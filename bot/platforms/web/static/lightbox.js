// A picture seen large: arrow keys and swipes turn the page, Escape closes (the dialog's own), the original downloads.
import { $ } from "./dom.js";

const SWIPE = 48; // pixels

export class Lightbox {
  #pictures = [];
  #index = 0;
  #dialog = $("lightbox");
  #image = $("lightbox-image");

  constructor() {
    $("lightbox-close").addEventListener("click", () => this.#dialog.close());
    $("lightbox-details").addEventListener("click", () => this.#dialog.close());
    $("lightbox-back").addEventListener("click", () => this.#turn(-1));
    $("lightbox-on").addEventListener("click", () => this.#turn(1));
    this.#dialog.addEventListener("keydown", (event) => {
      const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -this.#index, End: this.#pictures.length - 1 - this.#index };
      if (!(event.key in steps)) return;
      event.preventDefault();
      this.#turn(steps[event.key]);
    });
    this.#dialog.addEventListener("close", () => this.#image.removeAttribute("src"));
    this.#listenForSwipes($("lightbox-stage"));
  }

  /** `id`: the job they are of, where there is more to see of it. */
  show(pictures, index, id = "") {
    this.#pictures = pictures;
    $("lightbox-details").hidden = !id;
    $("lightbox-details").href = `#/show/${id}`;
    this.#index = index;
    this.#dialog.showModal();
    $("lightbox-close").focus({ focusVisible: false });
    this.#draw();
  }

  #turn(step) {
    const index = this.#index + step;
    if (index < 0 || index >= this.#pictures.length) return;
    this.#index = index;
    this.#draw();
  }

  #draw() {
    const picture = this.#pictures[this.#index];
    const several = this.#pictures.length > 1;
    // The small one at once, in the large one's place, until that has come.
    this.#image.width = picture.width;
    this.#image.height = picture.height;
    this.#image.src = picture.thumb;
    this.#image.alt = picture.alt;
    const large = new Image();
    large.src = picture.url;
    large.decode().then(
      () => {
        if (this.#dialog.open && this.#pictures[this.#index] === picture) this.#image.src = picture.url;
      },
      () => {}, // the small one stays
    );
    $("lightbox-caption").textContent = picture.alt;
    $("lightbox-count").textContent = several ? `${this.#index + 1} / ${this.#pictures.length}` : "";
    $("lightbox-download").href = `${picture.url}?download`;
    $("lightbox-back").hidden = !several || this.#index === 0;
    $("lightbox-on").hidden = !several || this.#index === this.#pictures.length - 1;
  }

  #listenForSwipes(stage) {
    let from = null;
    stage.addEventListener("pointerdown", (event) => {
      from = event.pointerType === "mouse" ? null : event.clientX;
    });
    stage.addEventListener("pointerup", (event) => {
      if (from === null) return;
      const way = event.clientX - from;
      from = null;
      if (Math.abs(way) >= SWIPE) this.#turn(way < 0 ? 1 : -1);
    });
    stage.addEventListener("click", (event) => {
      if (event.target === stage) this.#dialog.close();
    });
  }
}
