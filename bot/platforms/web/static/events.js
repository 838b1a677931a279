// The page's one stream. The browser resumes it by itself after a break; after an answer that ends it for good
// (the server is full, or was just starting) we open it again from the last event we have seen.
import { locale } from "./i18n.js";

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 15_000;

/** Calls `onEvent(kind, data)`, and `onState("open" | "waiting")`. */
export class EventFeed {
  #source = null;
  #lastId = null;
  #pause = FIRST_PAUSE;
  #timer = 0;

  constructor({ onEvent, onState }) {
    this.onEvent = onEvent;
    this.onState = onState;
    addEventListener("online", () => this.#again(0));
    addEventListener("offline", () => this.onState("waiting"));
    addEventListener("pagehide", () => this.#source?.close());
    addEventListener("pageshow", (event) => event.persisted && this.#again(0));
  }

  open() {
    clearTimeout(this.#timer);
    this.#source?.close();
    const url = new URL("/api/events", location.origin);
    url.searchParams.set("lang", locale);
    if (this.#lastId) url.searchParams.set("after", this.#lastId);
    const source = new EventSource(url);
    this.#source = source;
    for (const kind of ["hello", "reset", "card", "result", "gone", "opinion", "desk"]) {
      source.addEventListener(kind, (event) => {
        if (event.lastEventId) this.#lastId = event.lastEventId;
        this.onEvent(kind, JSON.parse(event.data));
      });
    }
    source.onopen = () => {
      this.#pause = FIRST_PAUSE;
      this.onState("open");
    };
    source.onerror = () => {
      this.onState("waiting");
      if (source.readyState === EventSource.CLOSED) this.#again(this.#pause);
    };
  }

  #again(pause) {
    if (this.#source?.readyState === EventSource.OPEN) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.open(), pause);
    this.#pause = Math.min(LONGEST_PAUSE, this.#pause * 2);
  }
}
