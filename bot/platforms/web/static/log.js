// The conversation: messages in the order they were asked, and notices that only this person sees.
import { drawMessage, updateMessage } from "./cards.js";
import { $ } from "./dom.js";

const NEAR_THE_END = 80; // pixels

export class Log {
  #log = $("log");
  #room = $("chat");
  #newer = $("newer");
  #messages = new Map();

  constructor({ act, look }) {
    this.handlers = { act, look };
    this.#newer.addEventListener("click", () => this.scrollToEnd());
    this.#room.addEventListener("scroll", () => this.#atEnd() && (this.#newer.hidden = true), { passive: true });
  }

  get(id) {
    return this.#messages.get(id)?.message ?? null;
  }

  has(id) {
    return this.#messages.has(id);
  }

  get messages() {
    return [...this.#messages.values()].map((entry) => entry.message);
  }

  /** Everything anew, as after a long absence; notices stay at the end. */
  replace(messages) {
    const wanted = new Set(messages.map((message) => message.id));
    for (const id of [...this.#messages.keys()]) if (!wanted.has(id)) this.remove(id);
    for (const message of messages) this.put(message, { quiet: true });
    this.#welcome();
    this.scrollToEnd();
  }

  /** A new message, or a new state of one that is there. */
  put(message, { quiet = false } = {}) {
    const follow = message.mine || this.#atEnd();
    const entry = this.#messages.get(message.id);
    if (entry) {
      message.opinion ??= entry.message.opinion; // the stream doesn't know what each reader thinks
      entry.message = message;
      updateMessage(entry.article, message, this.handlers);
      if (follow && !quiet && this.#atEnd(400)) this.scrollToEnd();
      return;
    }
    const article = drawMessage(message, this.handlers);
    if (!quiet) article.classList.add("new");
    this.#messages.set(message.id, { message, article });
    this.#log.insertBefore(article, this.#placeOf(message));
    this.#welcome();
    if (quiet) return;
    if (follow) this.scrollToEnd();
    else this.#newer.hidden = false;
  }

  /** What people think of it by now; `opinion` may leave out what this reader thinks. */
  judge(id, opinion) {
    const entry = this.#messages.get(id);
    if (!entry) return;
    entry.message = { ...entry.message, opinion: { ...entry.message.opinion, ...opinion } };
    updateMessage(entry.article, entry.message, this.handlers);
  }

  remove(id) {
    this.#messages.get(id)?.article.remove();
    this.#messages.delete(id);
    this.#welcome();
  }

  notice(article) {
    this.#log.append(article);
    this.#welcome();
    this.scrollToEnd();
  }

  dismiss(article) {
    article.remove();
    this.#welcome();
  }

  scrollToEnd() {
    this.#newer.hidden = true;
    this.#room.scrollTop = this.#room.scrollHeight;
  }

  /** Behind everything asked before it; what arrives late from an earlier time still finds its place. */
  #placeOf(message) {
    for (const entry of this.#messages.values()) {
      if (entry.article.isConnected && entry.message.created_at > message.created_at) return entry.article;
    }
    return null;
  }

  #atEnd(near = NEAR_THE_END) {
    return this.#room.scrollHeight - this.#room.scrollTop - this.#room.clientHeight < near;
  }

  #welcome() {
    $("welcome").hidden = this.#log.childElementCount > 0;
  }
}
