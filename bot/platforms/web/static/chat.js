// The conversation: what is typed and pressed in it, and what the server says to that.
import * as api from "./api.js";
import { sure } from "./ask.js";
import { drawNotice, plainCard, updateMessage } from "./cards.js";
import { Composer } from "./composer.js";
import { h } from "./dom.js";
import { fillIn } from "./form.js";
import { drawHelp } from "./help.js";
import { t } from "./i18n.js";
import { Log } from "./log.js";
import { More } from "./more.js";
import { deleteMine, exportMine } from "./mydata.js";
import { askOnce } from "./notify.js";
import { address, leave } from "./router.js";
import { setServerTime } from "./time.js";
import { drawUsage } from "./usage.js";

export class Chat {
  /** `look` opens a picture; `gone(id)` is told of what is deleted; `changed()` of every other
   * change of a message; `signIn` is called when the server no longer knows us. */
  constructor({ look, signIn, gone, changed }) {
    this.handlers = { act: (...args) => this.act(...args), look };
    this.signIn = signIn;
    this.gone = gone;
    this.edit = null;
    this.shown = null; // {message, article}: the one result that is looked at
    this.log = new Log({ ...this.handlers, changed });
    this.composer = new Composer({ send: (text) => this.#sendTyped(text) });
    this.more = new More({ press: (...args) => this.#press(...args) });
  }

  /** Send a command; its message appears by the answer or by the stream, whichever is first. */
  async send(text, extra) {
    const answer = await api.command(text, extra);
    setServerTime(answer.now);
    if (answer.message) this.#arrived(answer.message, true);
    return answer;
  }

  sendExample(text) {
    return this.#sendTyped(text);
  }

  async #sendTyped(text) {
    askOnce();
    try {
      this.composer.remember(text);
      await this.#answered(await this.send(text), text);
      return true;
    } catch (error) {
      return this.complain(error, text);
    }
  }

  /** What a command that is no request was answered with. */
  async #answered(answer, text) {
    if (answer.help) this.#notice(answer.help, text, drawHelp(answer.help.topics, (example) => this.composer.fill(example)));
    if (answer.why) this.say(answer.why.card, text);
    if (answer.usage) this.#notice(answer.usage.card, text, drawUsage(answer.usage, (error) => this.complain(error)));
    if (answer.gallery) location.hash = address("gallery", { shelf: answer.gallery.shelf, q: answer.gallery.words });
    if (answer.show) location.hash = `#/show/${answer.show.message.id}`;
    if (answer.defaults) {
      const saved = await fillIn(answer.defaults);
      if (saved) this.say(saved.card, text);
    }
    if (answer.studio) location.hash = "#/studio";
    if (answer.mydata === "export") this.say(exportMine(), text);
    if (answer.mydata === "delete") {
      const card = await deleteMine();
      if (card) this.say(card, text);
    }
  }

  /** Show why something was refused; true if the server did answer. */
  complain(error, ask = "") {
    if (error instanceof api.Refusal) {
      if (error.status === 401) this.signIn();
      else this.say(error.error.card ?? plainCard(error.error), ask);
      return error.status < 500 && error.status !== 401;
    }
    if (!(error instanceof api.Unreachable)) throw error;
    this.say(plainCard({ message: t(ask ? "page-unreachable" : "page-unreachable-press") }));
    return false;
  }

  say(card, ask = "") {
    this.#notice(card, ask);
  }

  #notice(card, ask, more = null) {
    leave();
    const typed = ask && !ask.startsWith("/") ? `/imagine ${ask}` : ask;
    const act = (...args) => this.#actOnNotice(...args);
    this.log.notice(drawNotice(card, { ask: typed, act, dismiss: (article) => this.#dismiss(article), more }));
  }

  #dismiss(article) {
    this.log.dismiss(article);
    this.composer.focus();
  }

  /** A button of a message; `element` may be null. */
  async act(button, message, element) {
    if (element?.ariaDisabled === "true") return;
    if (button.press === "edit") {
      this.edit?.open(message);
      return;
    }
    if (button.press === "delete" && !(await sure({ title: t("page-delete-title"), text: t("page-delete-text"), yes: t("button-delete") }))) return;
    wait(element, true);
    try {
      if (button.press === "more") await this.more.open(message, element);
      else await this.#press(button);
    } catch (error) {
      this.complain(error);
    } finally {
      wait(element, false);
    }
  }

  /** Whatever a card says: the answer tells what comes of it. */
  async #press(button, extra) {
    try {
      this.#outcome(button, await api.press(button, extra));
    } catch (error) {
      this.complain(error);
    }
  }

  async #outcome(button, answer) {
    if (answer.form) {
      const sent = await fillIn(answer.form);
      if (sent) this.#outcome(button, sent);
    }
    if (answer.opinion) this.judged(answer.id, answer.opinion);
    else if (answer.card) this.say(answer.card);
    if (answer.deleted) this.#gone(answer.deleted);
    if (answer.show) location.hash = `#/show/${answer.show.id}`;
    if (answer.message?.id === button.target) this.#changed(answer.message);
    else if (answer.message) this.#arrived(answer.message, true);
  }

  /** What people think by now; `opinion` may leave out what this reader thinks. */
  judged(id, opinion) {
    this.log.judge(id, opinion);
    const { shown } = this;
    if (shown?.message.id !== id) return;
    shown.message.opinion = { ...shown.message.opinion, ...opinion };
    updateMessage(shown.article, shown.message, this.handlers);
  }

  #changed(message) {
    if (this.log.has(message.id)) this.log.put(message);
    if (this.shown?.message.id !== message.id) return;
    this.shown.message.hidden = message.hidden;
    updateMessage(this.shown.article, this.shown.message, this.handlers);
  }

  #arrived(message, go = false) {
    if (!this.log.has(message.id)) this.log.put(message);
    if (!go) return;
    leave();
    this.log.scrollToEnd();
  }

  #gone(id) {
    this.log.remove(id);
    this.gone(id);
  }

  async #actOnNotice(button, _message, element, article) {
    element.disabled = true;
    try {
      const answer = await api.press(button);
      this.log.dismiss(article);
      if (answer.message) {
        this.#arrived(answer.message, true);
        this.composer.focus();
      } else this.#outcome(button, answer);
    } catch (error) {
      element.disabled = false;
      this.complain(error);
    }
  }
}

/** While its answer is on the way; a disabled button would lose the focus. */
function wait(element, waiting) {
  if (element) element.ariaDisabled = waiting ? "true" : null;
}
