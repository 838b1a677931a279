// Share links: made for a result of one's own, where the operator allows them; listed, and ended.
import * as api from "./api.js";
import { sure } from "./ask.js";
import { drawCommand } from "./cards.js";
import { h } from "./dom.js";
import { locale, t } from "./i18n.js";
import { address } from "./router.js";
import { me } from "./session.js";

const when = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short" });
const ends = (link) => when.format(new Date(link.ends_at));
const drawAddress = (link) => drawCommand(new URL(link.url, location.origin).href);

export const mayShare = ({ mine, job, card }) => Boolean(me.share_days.length && mine && job?.state === "done" && card.pictures.length);

/** Asks how long and with what, and gives the link. */
export function offerLink(message) {
  const days = h("select", { name: "days" }, me.share_days.map((n) => h("option", { value: String(n) }, t("page-share-days", { n }))));
  days.value = String(me.share_days.find((n) => n >= 7) ?? me.share_days[0]);
  const prompt = h("input", { type: "checkbox", name: "prompt" });
  const wrong = h("p", { class: "form-error", role: "alert", hidden: true });
  const made = h("div", { class: "device", "aria-live": "polite" });
  const submit = h("button", { type: "submit", class: "button primary" }, t("page-share-make"));
  const close = () => dialog.close();
  const form = h(
    "form",
    {},
    h("h2", { id: "share-title" }, t("page-share-title")),
    h("p", {}, t("page-share-text")),
    message.sheet ? h("p", {}, t("page-share-sheet")) : null,
    h("label", { class: "field" }, h("span", {}, t("page-share-ends")), days),
    h("label", { class: "check" }, prompt, h("span", {}, t("page-share-prompt"))),
    wrong,
    made,
    h("p", {}, h("a", { href: address("links"), onclick: close }, t("page-share-all"))),
    h("div", { class: "sheet-actions" }, h("button", { type: "button", class: "button", onclick: close }, t("form-close")), submit),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    wrong.hidden = true;
    submit.disabled = true; // one press, one link
    try {
      const { link } = await api.makeShareLink(message.id, { days: Number(days.value), prompt: prompt.checked });
      made.replaceChildren(h("p", {}, t("page-share-made", { moment: ends(link) })), drawAddress(link));
    } catch (error) {
      wrong.textContent = error.error ? `${error.error.message} ${error.error.hint ?? ""}` : t("page-unreachable-press");
      wrong.hidden = false;
      submit.disabled = false;
    }
  });
  form.addEventListener("change", () => (submit.disabled = false)); // another one
  const dialog = h("dialog", { class: "sheet small", "aria-labelledby": "share-title" }, form);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** The view with all of the reader's links. */
export async function drawLinks(room, failed) {
  const list = h("ul", { class: "listed links" });
  const none = h("p", { class: "nothing", role: "status", hidden: true }, t("page-share-none"));
  const heading = h("h2", { tabindex: "-1" }, t("page-share-all"));
  room.replaceChildren(h("div", { class: "room" }, h("div", { class: "room-head" }, heading), none, list));
  const drop = (item) => {
    item.remove();
    none.hidden = list.childElementCount > 0;
    heading.focus();
  };
  try {
    const { links } = await api.shareLinks();
    list.replaceChildren(...links.map((link) => drawLink(link, drop, failed)));
    none.hidden = links.length > 0;
  } catch (error) {
    failed(error);
  }
}

function drawLink(link, drop, failed) {
  const end = h("button", { type: "button", class: "button small danger" }, t("page-share-end"));
  end.addEventListener("click", async () => {
    if (!(await sure({ title: t("page-share-end-title"), text: t("page-share-end-text"), yes: t("page-share-end") }))) return;
    try {
      await api.endShareLink(link.id);
    } catch (error) {
      if (error.status !== 404) return failed(error);
    }
    drop(item);
  });
  const said = [t("page-share-open-until", { moment: ends(link) }), ...(link.prompt ? [t("page-share-with-prompt")] : [])];
  const item = h(
    "li",
    { "data-id": link.id },
    h("a", { href: address(`show/${link.job}`), "aria-label": t("page-share-of") }, h("img", { src: link.thumb, alt: "", width: 64, height: 64 })),
    h("div", {}, h("p", {}, said.join(" · ")), drawAddress(link)),
    h("span", { class: "listed-acts" }, end),
  );
  return item;
}
