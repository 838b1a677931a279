// Signing in, by a token, a code or an invite; and what somebody who is signed in can do: add a device, sign out.
import * as api from "./api.js";
import { $, h } from "./dom.js";
import { t } from "./i18n.js";
import { me } from "./session.js";

/** `signedIn()` begins the page again as whoever is signed in by then. */
export class Account {
  #timer = 0;
  #invite = null;

  constructor({ signedIn }) {
    this.signedIn = signedIn;
    $("sign-in").addEventListener("cancel", (event) => event.preventDefault());
    $("sign-in-form").addEventListener("submit", (event) => this.#submit(event, "sign-in", () => this.#secret()));
    $("invite").addEventListener("cancel", () => this.#forget());
    $("invite-cancel").addEventListener("click", () => this.#forget());
    $("invite-form").addEventListener("submit", (event) => this.#submit(event, "invite", () => ({ invite: this.#invite })));
    $("account").addEventListener("click", () => this.#open());
    $("account-close").addEventListener("click", () => $("account-dialog").close());
    $("account-dialog").addEventListener("close", () => clearInterval(this.#timer));
    $("add-device").addEventListener("click", () => this.#offer());
    $("sign-out").addEventListener("click", () => this.#leave());
  }

  /** Who is here by now. */
  show() {
    $("account").hidden = !me.signed_in;
    $("account").setAttribute("aria-label", whoIsHere());
    $("account").title = whoIsHere();
  }

  ask() {
    if (!$("sign-in").open && !$("invite").open) $("sign-in").showModal();
  }

  /** An invite signs in when its button is pressed: opening a link does nothing yet. True where there is one to press. */
  async welcome(invite) {
    let name;
    try {
      ({ name } = await api.look(invite));
    } catch (error) {
      complain("sign-in", error);
      history.replaceState(null, "", location.pathname + location.search);
      this.ask();
      return false;
    }
    this.#invite = invite;
    $("invite-title").textContent = t("page-invite-title", { name });
    $("invite-yes").textContent = t("page-invite-yes", { name });
    $("invite").showModal();
    return true;
  }

  #forget() {
    history.replaceState(null, "", location.pathname + location.search);
    $("invite").close();
    this.signedIn();
  }

  #secret() {
    const code = $("code").value.trim();
    return code ? { code } : { token: $("token").value };
  }

  async #submit(event, dialog, secret) {
    event.preventDefault();
    $(`${dialog}-error`).hidden = true;
    try {
      await api.signIn(secret());
    } catch (error) {
      complain(dialog, error);
      return;
    }
    history.replaceState(null, "", location.pathname + location.search);
    $(dialog).close();
    $("token").value = $("code").value = "";
    await this.signedIn();
  }

  #open() {
    $("account-name").textContent = whoIsHere();
    $("device").replaceChildren();
    $("add-device").hidden = me.manager;
    $("account-error").hidden = true;
    $("account-dialog").showModal();
  }

  async #offer() {
    try {
      const { code, now, expires_at } = await api.deviceCode();
      const ends = Date.now() + (new Date(expires_at) - new Date(now));
      const left = h("p", { role: "timer" });
      const count = () => {
        const seconds = Math.max(0, Math.round((ends - Date.now()) / 1000));
        left.textContent = seconds ? t("page-code-left", { n: `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}` }) : t("page-code-gone");
        if (!seconds) clearInterval(this.#timer);
      };
      $("device").replaceChildren(h("p", {}, t("page-code-how", { page: location.host })), h("output", { class: "device-code" }, code), left);
      clearInterval(this.#timer);
      this.#timer = setInterval(count, 1000);
      count();
    } catch (error) {
      complain("account", error);
    }
  }

  async #leave() {
    try {
      await api.signOut();
      location.reload(); // nothing of the conversation stays on the screen
    } catch (error) {
      complain("account", error);
    }
  }
}

function whoIsHere() {
  if (me.manager) return t("page-signed-in-as-operator");
  return me.named ? t("page-signed-in-as", { name: me.name }) : t("page-signed-in-as-guest", { name: me.name });
}

function complain(dialog, error) {
  const shown = $(`${dialog}-error`);
  shown.textContent = error.error ? `${error.error.message} ${error.error.hint}` : t("page-unreachable-press");
  shown.hidden = false;
}
