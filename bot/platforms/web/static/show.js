// One result by itself, with all there is to say of it; its address can be given to others of this page.
import * as api from "./api.js";
import { drawMessage } from "./cards.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { setServerTime } from "./time.js";

/** Gives {message, article} back, or null. `handlers` as for every message; `failed(error)` says what was refused. */
export async function drawShow(id, room, handlers, failed) {
  room.replaceChildren();
  try {
    const { message, now } = await api.show(id);
    setServerTime(now);
    if (room.dataset.name !== "show") return null;
    const article = drawMessage(message, handlers);
    room.replaceChildren(h("div", { class: "room show" }, h("h2", { class: "hidden-label", tabindex: "-1" }, t("button-show")), article));
    return { message, article };
  } catch (error) {
    failed(error);
    return null;
  }
}
