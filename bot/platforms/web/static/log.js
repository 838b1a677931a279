// The conversation: messages in the order they were asked, and notices that only this person sees.
// The place of the reader is kept: only who looks at the end follows it. Turns far from view are empty boxes of the
// same height (shelf.js), so that a long conversation stays a small page.
import * as api from "./api.js";
import { drawAsk, fillMessage, updateMessage } from "./cards.js";
import { $, h } from "./dom.js";
import { t } from "./i18n.js";
import { Shelf } from "./shelf.js";

const NEAR_THE_END = 80; // pixels
const NEAR_THE_TOP = 900; // pixels: older messages are asked for before the reader sees that they are missing
const RETRY = 3000; // milliseconds
const DRAWN = 30; // of the newest messages at once; others when they come near

export class Log {
  #log = $("log");
  #room = $("chat");
  #newer = $("newer");
  #messages = new Map();
  #unread = new Set(); // turns below the view that came or were finished there
  #shelf;
  #older = null; // the cursor of what is older than the oldest here
  #asking = false;
  #place = null; // where the reader was when another view took over
  #following = true;
  #top = 0;
  #queued = false;

  /** `changed()` is told of every message that comes, changes or goes. */
  constructor({ act, look, changed }) {
    this.changed = changed;
    this.handlers = { act, look };
    this.#shelf = new Shelf(this.#room, (article) => this.#redraw(article));
    this.#newer.addEventListener("click", () => {
      this.scrollToEnd();
      $("prompt").focus({ preventScroll: true });
    });
    this.#room.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    // A card that grows under somebody who looks at the end must not push the end out of view.
    new ResizeObserver(() => this.#following && this.#toEnd()).observe(this.#log);
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

  /** Everything anew, as after a long absence; notices stay at the end. `older`: the cursor of what is before it. */
  replace(messages, older) {
    const first = this.#messages.size === 0;
    const wanted = new Set(messages.map((message) => message.id));
    const oldest = messages[0]?.order ?? "";
    // What was loaded by scrolling up is older than this answer and stays, as long as nothing is missing in between.
    const joined = messages.some((message) => this.#messages.has(message.id));
    for (const [id, { message }] of [...this.#messages]) {
      if (!wanted.has(id) && (!joined || message.order >= oldest)) this.remove(id);
    }
    if (!joined) this.#older = older;
    this.#steadily(() => {
      messages.forEach((message, place) => this.#put(message, { drawn: !this.#away && messages.length - place <= DRAWN }));
    });
    this.#welcome();
    this.changed();
    if (first) this.scrollToEnd();
  }

  /** A new message, or a new state of one that is there. */
  put(message) {
    const known = this.#messages.get(message.id);
    const news = !known || (known.message.card.tone !== message.card.tone && message.card.pictures.length > 0);
    this.#steadily(() => this.#put(message, { fresh: !known, drawn: this.#following && !this.#away }));
    this.#welcome();
    this.changed();
    if (news && !this.#following) this.#tellUnread(message.id);
  }

  /** What people think of it by now; `opinion` may leave out what this reader thinks. */
  judge(id, opinion) {
    const entry = this.#messages.get(id);
    if (!entry) return;
    entry.message = { ...entry.message, opinion: { ...entry.message.opinion, ...opinion } };
    if (!this.#shelf.has(entry.article)) updateMessage(entry.article, entry.message, this.handlers);
  }

  /** Take a turn away; the focus goes to its neighbour, never to nothing. */
  remove(id) {
    const { article, ask } = this.#messages.get(id) ?? {};
    this.#messages.delete(id);
    this.#unread.delete(id);
    this.changed();
    if (ask) this.#steadily(() => ask.remove());
    if (article) this.#takeAway(article);
  }

  notice(article) {
    this.#log.append(article);
    this.#welcome();
    this.scrollToEnd();
  }

  dismiss(article) {
    this.#takeAway(article);
  }

  scrollToEnd() {
    this.#following = true;
    this.#place = null;
    this.#toEnd();
  }

  /** Another view takes over: a hidden element forgets how far it was scrolled. */
  leave() {
    if (this.#room.clientHeight) this.#place = this.#following ? null : this.#room.scrollTop;
  }

  /** Back from another view, to the same place. */
  comeBack() {
    if (this.#place === null) this.scrollToEnd();
    else this.#room.scrollTop = this.#place;
  }

  get #away() {
    return this.#room.clientHeight === 0;
  }

  #put(message, { fresh = false, drawn = true } = {}) {
    const entry = this.#messages.get(message.id);
    if (entry) {
      message.opinion ??= entry.message.opinion; // the stream doesn't know what each reader thinks
      entry.message = message;
      if (!this.#shelf.has(entry.article)) updateMessage(entry.article, message, this.handlers);
      return;
    }
    const article = h("article", { class: "turn", "data-id": message.id, "data-order": message.order, id: `m-${message.id}` });
    if (fresh) article.classList.add("new");
    // The results of a series stand between its words and its sheet, which comes last.
    const ask = message.sheet ? h("div", { class: "turn", "data-order": message.asked_order }, drawAsk(message)) : null;
    this.#messages.set(message.id, { message, article, ask });
    for (const turn of [ask, article]) if (turn) this.#log.insertBefore(turn, this.#placeOf(turn.dataset.order));
    this.#shelf.add(article, { empty: !drawn });
    if (drawn) this.#redraw(article);
  }

  #redraw(article) {
    const entry = this.#messages.get(article.dataset.id);
    if (!entry) return;
    fillMessage(article, entry.message, this.handlers, { ask: !entry.message.sheet && !entry.message.series });
  }

  #scrolled() {
    if (this.#away) return;
    // What grows below a reader at the end is no scrolling: only who goes up leaves the end.
    const up = this.#room.scrollTop < this.#top;
    this.#top = this.#room.scrollTop;
    if (this.#atEnd()) this.#following = true;
    else if (up) this.#following = false;
    if (this.#following) this.#unread.clear();
    else if (this.#unread.size) {
      const foot = this.#room.getBoundingClientRect().bottom;
      for (const id of this.#unread) {
        const article = this.#messages.get(id)?.article;
        if (!article || article.getBoundingClientRect().top < foot - NEAR_THE_END) this.#unread.delete(id);
      }
    }
    this.#showUnread();
    if (this.#room.scrollTop < NEAR_THE_TOP) this.#loadOlder();
  }

  async #loadOlder() {
    if (this.#asking || !this.#older) return;
    this.#asking = true;
    this.#log.setAttribute("aria-busy", "true");
    const cursor = this.#older;
    try {
      const { messages, older } = await api.history(cursor);
      if (cursor === this.#older) {
        this.#older = older;
        this.#steadily(() => messages.forEach((message) => this.#put(message)));
      }
      this.#asking = false;
    } catch (error) {
      if (!(error instanceof api.Refusal || error instanceof api.Unreachable)) throw error;
      // Who stands at the very top can't scroll any further: asked again without it.
      setTimeout(() => {
        this.#asking = false;
        if (!this.#away && this.#room.scrollTop < NEAR_THE_TOP) this.#loadOlder();
      }, RETRY);
    } finally {
      this.#log.removeAttribute("aria-busy");
    }
  }

  #tellUnread(id) {
    const { article } = this.#messages.get(id);
    if (!this.#away && article.getBoundingClientRect().top < this.#room.getBoundingClientRect().bottom - NEAR_THE_END) return;
    this.#unread.add(id);
    this.#showUnread();
  }

  #showUnread() {
    this.#newer.hidden = this.#following;
    const count = this.#unread.size;
    this.#newer.classList.toggle("counts", count > 0);
    $("newer-words").textContent = count ? t("page-newer", { n: count }) : t("page-to-end");
  }

  /** Change what is there while the turn that the reader looks at stays where it is on the screen. */
  #steadily(change) {
    if (this.#following || this.#away) {
      change();
      return;
    }
    const head = this.#room.getBoundingClientRect().top;
    const seen = [...this.#log.children].find((article) => article.getBoundingClientRect().bottom > head);
    const before = seen?.getBoundingClientRect().top;
    change();
    if (seen?.isConnected) this.#room.scrollTop += seen.getBoundingClientRect().top - before;
  }

  #takeAway(article) {
    const focused = article.contains(document.activeElement);
    const next = article.nextElementSibling ?? article.previousElementSibling;
    this.#shelf.remove(article);
    this.#steadily(() => article.remove());
    this.#welcome();
    if (!focused) return;
    const target = next?.querySelector("button:not([disabled])");
    if (target) target.focus({ preventScroll: true });
    else $("prompt").focus({ preventScroll: true });
  }

  /** Once a frame, however many messages came: each asks the browser to lay everything out. */
  #toEnd() {
    if (this.#queued) return;
    this.#queued = true;
    const go = () => {
      this.#queued = false;
      if (!this.#following) return;
      this.#room.scrollTop = this.#room.scrollHeight;
      this.#top = this.#room.scrollTop;
      if (this.#top < NEAR_THE_TOP) this.#loadOlder();
      this.#unread.clear();
      this.#showUnread();
    };
    if (document.hidden) go(); // no frames are drawn then
    else requestAnimationFrame(go);
  }

  /** Behind everything asked before it; what arrives late from an earlier time still finds its place. */
  #placeOf(order) {
    let next = null;
    for (let other = this.#log.lastElementChild; other; other = other.previousElementSibling) {
      const at = other.dataset.order;
      if (at && at <= order) break;
      if (at) next = other;
    }
    return next;
  }

  #atEnd(near = NEAR_THE_END) {
    return this.#room.scrollHeight - this.#room.scrollTop - this.#room.clientHeight < near;
  }

  #welcome() {
    $("welcome").hidden = this.#log.childElementCount > 0;
  }
}
