// A picture seen large, over whatever view is open. It has an address of its own (#/picture/<job>/<n>): Back closes it.
// Arrow keys and swipes go through the whole list at hand, a click or the wheel zooms to the original's pixels.
import { copyPicture } from "./carry.js";
import { $ } from "./dom.js";
import { Details } from "./details.js";
import { t } from "./i18n.js";
import { Zoom } from "./zoom.js";

const SWIPE = 48; // pixels

export class Lightbox {
  #list = () => [];
  #more = null;
  #turned = null;
  #first = ""; // the picture that it was opened with
  #url = ""; // of the picture that is shown: what a list is found again by when it grows
  #dialog = $("lightbox");
  #image = $("lightbox-image");
  #pushed = false; // by us: closing it goes back
  #below = null;
  #zoom;
  #details;

  /** `act(button, message, element)` presses a button of the result, `find(id)` looks one up: its message. */
  constructor({ act, find }) {
    this.find = find;
    this.#zoom = new Zoom($("lightbox-stage"), this.#image);
    this.#details = new Details({ act, find });
    $("lightbox-close").addEventListener("click", () => this.#dialog.close());
    $("lightbox-details").addEventListener("click", (event) => {
      event.preventDefault();
      location.replace(event.currentTarget.href); // Back from there goes to where the picture was opened
    });
    $("lightbox-info").addEventListener("click", () => this.#toggleDetails());
    $("lightbox-link").addEventListener("click", () => this.#copyLink());
    $("lightbox-copy").addEventListener("click", () => this.#copyPicture());
    // A zoomed picture is moved about in its stage; one that isn't can be taken along.
    this.#image.addEventListener("dragstart", (event) => this.#zoom.zoomed && event.preventDefault());
    $("lightbox-back").addEventListener("click", () => this.#turn(-1));
    $("lightbox-on").addEventListener("click", () => this.#turn(1));
    this.#dialog.addEventListener("keydown", (event) => this.#key(event));
    this.#dialog.addEventListener("close", () => this.#closed());
    this.#listenForSwipes($("lightbox-stage"));
  }

  /**
   * `list()` gives the pictures at hand, `more()` fetches those behind the last; `url` is that of the first to show.
   * `turned(url)` is told of the last one on the way back, where that is another.
   */
  show(list, url, more = null, turned = null) {
    this.#list = list;
    this.#more = more;
    this.#turned = turned;
    this.#first = url;
    this.#url = url;
    this.#pushed = true;
    location.hash = this.#address(); // which visits it, too: so the view below knows that it is covered
    this.#open();
  }

  /** By its address: as somebody's link, or by Back and Forward; `below` is the address of the view that it covers. */
  async visit(path, below) {
    this.#below = below;
    const url = `/pictures/${path}`;
    if (this.#dialog.open && this.#url === url) return;
    if (!this.#list().some((picture) => picture.url === url)) {
      const message = await this.find(path.split("/")[0]);
      if (!message) return;
      const { pictures } = message.card;
      this.#list = () => pictures;
      this.#more = this.#turned = null;
      if (!pictures.some((picture) => picture.url === url)) return;
    }
    this.#url = url;
    this.#open();
  }

  /** The address says so; nothing goes back. */
  hide() {
    this.#pushed = false;
    this.#dialog.close();
  }

  /** Close it if it is open; whether it was. */
  leave() {
    const { open } = this.#dialog;
    this.#dialog.close();
    return open;
  }

  get #at() {
    return this.#list().findIndex((picture) => picture.url === this.#url);
  }

  #address() {
    return this.#url.replace(/^\/pictures/, "#/picture");
  }

  #open() {
    if (!this.#dialog.open) {
      this.#dialog.showModal();
      $("lightbox-close").focus({ focusVisible: false });
    }
    this.#draw();
  }

  #closed() {
    this.#image.removeAttribute("src");
    this.#zoom.reset();
    if (this.#url !== this.#first) this.#turned?.(this.#url);
    if (!location.hash.startsWith("#/picture/")) return;
    if (this.#pushed) history.back();
    else location.replace(this.#below === null ? `#/show/${this.#url.split("/")[2]}` : this.#below || "#/");
    this.#pushed = false;
  }

  #key(event) {
    if (event.target.matches("input, textarea, select") || event.altKey || event.ctrlKey || event.metaKey) return;
    const at = this.#at;
    const last = this.#list().length - 1;
    const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -at, End: last - at };
    const zooms = { "+": 1.4, "=": 1.4, "-": 1 / 1.4 };
    if (event.key in steps) this.#turn(steps[event.key]);
    else if (event.key in zooms) this.#zoom.by(zooms[event.key]);
    else if (event.key === "0") this.#zoom.reset();
    else if (event.key === "i") this.#toggleDetails();
    else return;
    event.preventDefault();
  }

  #turn(step) {
    const list = this.#list();
    const index = this.#at + step;
    if (index < 0 || index >= list.length) return;
    this.#url = list[index].url;
    history.replaceState(null, "", this.#address());
    this.#draw();
  }

  #draw() {
    const list = this.#list();
    const at = this.#at;
    const picture = list[at];
    if (!picture) return;
    if (this.#more && at >= list.length - 3) this.#more().then(() => this.#dialog.open && this.#place());
    this.#zoom.reset(picture);
    // The small one at once, in the large one's place, until that has come.
    this.#image.width = picture.width;
    this.#image.height = picture.height;
    this.#image.src = picture.thumb;
    this.#image.alt = picture.alt;
    const large = new Image();
    large.src = picture.url;
    large.decode().then(
      () => {
        if (this.#dialog.open && this.#url === picture.url) this.#image.src = picture.url;
      },
      () => {}, // the small one stays
    );
    for (const step of [1, -1]) if (list[at + step]) new Image().src = list[at + step].thumb;
    Object.assign(this.#image.dataset, { original: picture.url, name: picture.name });
    $("lightbox-caption").textContent = picture.alt;
    $("lightbox-download").href = `${picture.url}?download`;
    $("lightbox-details").href = `#/show/${picture.url.split("/")[2]}`;
    $("lightbox-said").textContent = "";
    const [, , id, index] = picture.url.split("/");
    this.#details.show(id, Number(index));
    this.#place();
  }

  #place() {
    const count = this.#list().length;
    const at = this.#at;
    $("lightbox-count").textContent = count > 1 ? `${at + 1} / ${count}` : "";
    $("lightbox-back").hidden = at <= 0;
    $("lightbox-on").hidden = at >= count - 1;
  }

  #toggleDetails() {
    const open = this.#dialog.classList.toggle("with-details");
    $("lightbox-info").setAttribute("aria-pressed", String(open));
  }

  async #copyPicture() {
    $("lightbox-said").textContent = t("page-copying");
    try {
      await copyPicture(this.#url);
      $("lightbox-said").textContent = t("page-picture-copied");
    } catch {
      $("lightbox-said").textContent = t("page-picture-not-copied");
    }
  }

  async #copyLink() {
    try {
      await navigator.clipboard.writeText(new URL(this.#address(), location.href).href);
      $("lightbox-said").textContent = t("page-link-copied");
    } catch {
      $("lightbox-said").textContent = location.href; // without a secure connection there is no clipboard
    }
  }

  #listenForSwipes(stage) {
    let from = null;
    stage.addEventListener("pointerdown", (event) => {
      from = event.pointerType === "mouse" || this.#zoom.zoomed ? null : event.clientX;
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
