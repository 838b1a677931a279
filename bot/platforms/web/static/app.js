// The page, put together: session, stream, conversation, views.
import { Account } from "./account.js";
import * as api from "./api.js";
import { Board } from "./board.js";
import { offerDrags } from "./carry.js";
import { Chat } from "./chat.js";
import { drawCompare } from "./compare.js";
import { $, h, remember, shape } from "./dom.js";
import { EditForm } from "./edit.js";
import { EventFeed } from "./events.js";
import { GalleryView } from "./gallery.js";
import { switchLanguage, t, translate } from "./i18n.js";
import { listenToKeys } from "./keys.js";
import { Lightbox } from "./lightbox.js";
import { drawLineage } from "./lineage.js";
import { listenToMenu } from "./menu.js";
import { tellOf } from "./notify.js";
import { leave, Router } from "./router.js";
import { learn, me } from "./session.js";
import { drawLinks } from "./share.js";
import { drawShow } from "./show.js";
import { StudioView } from "./studio.js";
import { setServerTime, tick } from "./time.js";
import { cameUnseen, showView } from "./titles.js";

const HISTORY_PAUSE = 2000;
const EXAMPLES = [
  { id: "page-example-lighthouse", set: "ratio:16:9 n:2" },
  { id: "page-example-fox", set: "style:watercolor" },
  { id: "page-example-greenhouse", set: "ratio:3:4 n:2" },
];

const account = new Account({ signedIn: begin });
const look = (pictures, index) => lightbox.show(atHand(pictures), pictures[index].url);
const chat = new Chat({ look, signIn: () => account.ask(), gone, changed: () => board.changed() });
const lightbox = new Lightbox({ act: (...args) => chat.act(...args), find });
const feed = new EventFeed({ onEvent, onState: showConnection });
const board = new Board({ messages: () => chat.log.messages, act: (...args) => chat.act(...args) });
const failed = (error) => chat.complain(error);
const gallery = new GalleryView({ look: lookThrough, act: actOnTile, failed });
const studio = new StudioView({ look, failed, saved: refresh });
const router = new Router({
  "": () => {
    chat.shown = null;
    chat.log.comeBack();
    if (matchMedia("(hover: hover)").matches) chat.composer.focus(); // a phone would raise its keyboard
  },
  gallery: (_path, query, room) => gallery.draw(query, room),
  show: async (id, _query, room) => {
    chat.shown = await drawShow(id, room, chat.handlers, failed);
  },
  lineage: (id, _query, room) => drawLineage(id, room, { look: lookAtItem, failed }),
  compare: (_path, query, room) => drawCompare(query, room, { look: (pictures, index) => lightbox.show(() => pictures, pictures[index].url), failed }),
  links: (_path, _query, room) => drawLinks(room, failed),
  board: (_path, _query, room) => board.draw(room),
  studio: (_path, _query, room) => {
    $("studio-news").hidden = true;
    if (me.manager) studio.draw(room);
    else leave();
  },
}, { left: () => chat.log.leave(), entered: showView, overlay: lightbox });
let missed = null; // events that came while the history was on its way

/** Every picture of the conversation, where these are of it; else these. */
function atHand(pictures) {
  const all = () => chat.log.messages.filter(({ hidden }) => !hidden).sort((one, other) => (one.created_at < other.created_at ? -1 : 1)).flatMap(({ card }) => card.pictures);
  return all().some(({ url }) => url === pictures[0].url) ? all : () => pictures;
}

function lookThrough(view, item) {
  const list = () => view.items.filter((one) => one === item || !one.hidden).flatMap(({ pictures }) => pictures);
  lightbox.show(list, item.pictures[0].url, () => view.more(), (url) => view.goOn(url));
}

/** A result was deleted: who looked at it large is back where it was opened, who looked at it alone in the conversation. */
function gone(id) {
  gallery.remove(id);
  if (!lightbox.leave()) leave();
}

function lookAtItem({ pictures }, index) {
  lightbox.show(() => pictures, pictures[index].url);
}

/** A result with all there is to say of it, or null. */
async function find(id) {
  try {
    const { message, now } = await api.show(id);
    setServerTime(now);
    return message;
  } catch (error) {
    failed(error);
    return null;
  }
}

/** What a tile of the gallery offers. Of a star it is told whether there is one now. */
async function actOnTile(name, item) {
  if (name === "copy") {
    await navigator.clipboard.writeText(item.prompt).then(() => say(t("page-copied")), () => {});
    return null;
  }
  if (name === "star") {
    try {
      const { opinion } = await api.press({ press: "star", target: item.id });
      chat.judged(item.id, opinion);
      return opinion.starred;
    } catch (error) {
      failed(error);
      return item.starred;
    }
  }
  const message = await find(item.id);
  if (message) await chat.act({ press: name, target: item.id, index: null }, message, null);
  return null;
}

let toastTimer = 0;

/** A word that goes away by itself. */
function say(text) {
  clearTimeout(toastTimer);
  $("toast").textContent = text;
  toastTimer = setTimeout(() => ($("toast").textContent = ""), 3000);
}

function onEvent(kind, data) {
  setServerTime(data.now);
  if (kind === "reset") loadHistory();
  else if (kind === "desk") deskChanged();
  else if (kind !== "hello" && missed) missed.push([kind, data]);
  else if (kind !== "hello") apply(kind, data);
}

function apply(kind, data) {
  if (kind === "gone") {
    chat.log.remove(data.id);
    gallery.remove(data.id);
  } else if (kind === "opinion") chat.judged(data.id, data.opinion);
  else chat.log.put(data.message);
  if (kind === "result") gallery.outdated();
  if (kind === "result" && data.message.mine) cameUnseen();
  if (kind === "result") tellOf(data.message);
}

function deskChanged() {
  if (router.name === "studio") studio.draw($("view"));
  else $("studio-news").hidden = !me.manager;
}

/** The conversation anew. What the stream brings meanwhile is newer than the answer, so it is applied behind it. */
async function loadHistory() {
  const mine = [];
  missed = mine;
  try {
    const answer = await api.history();
    if (missed !== mine) return; // another reset came meanwhile
    setServerTime(answer.now);
    chat.log.replace(answer.messages, answer.older);
    missed = null;
    for (const [kind, data] of mine) apply(kind, data);
  } catch (error) {
    if (error instanceof api.Refusal && error.status === 401) account.ask();
    else if (missed === mine) setTimeout(loadHistory, HISTORY_PAUSE);
  }
}

let connectionTimer = 0;

function showConnection(state) {
  clearTimeout(connectionTimer);
  const show = () => {
    $("connection").textContent = navigator.onLine ? t("page-reconnecting") : t("page-offline");
    $("connection").hidden = state === "open";
  };
  // A break shorter than a blink is not worth a word.
  if (state === "open" || !navigator.onLine) show();
  else connectionTimer = setTimeout(show, 400);
}

function showTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const label = t(dark ? "page-theme-light" : "page-theme-dark");
  $("theme").setAttribute("aria-label", label);
  $("theme").title = label;
  return dark;
}

function drawExamples() {
  $("examples").replaceChildren(
    ...EXAMPLES.map(({ id, set }) => {
      const words = t(id);
      const ratio = /ratio:(\S+)/.exec(set)?.[1] ?? "1:1";
      return h(
        "button",
        { type: "button", class: "example", onclick: () => chat.sendExample(`/imagine ${words} ${set}`) },
        h("span", { class: "mark" }, shape(ratio, 26)),
        h("span", { class: "words" }, words),
        h("span", { class: "set" }, set),
      );
    }),
  );
}

/** What can be typed and what it costs may be others now. */
async function refresh() {
  try {
    learn(await api.session());
    learnTable(await api.options());
  } catch (error) {
    chat.complain(error);
  }
}

/** What a link carries in its fragment: a token or the operator's secret sign in at once, an invite asks first. */
async function byLink() {
  const hash = new URLSearchParams(location.hash.slice(1));
  const invite = hash.get("invite");
  if (invite !== null) return account.welcome(invite);
  for (const [name, field] of [["token", "token"], ["local", "secret"]]) {
    if (!hash.has(name)) continue;
    history.replaceState(null, "", location.pathname + location.search); // out of the address bar and the history
    await api.signIn({ [field]: hash.get(name) }).catch((error) => chat.complain(error));
  }
  return false;
}

async function begin() {
  if (await byLink()) return;
  let table;
  try {
    const asked = api.options();
    asked.catch(() => {}); // awaited below
    const session = await api.session();
    setServerTime(session.now);
    learn(session);
    account.show();
    $("sandbox").hidden = !session.sandbox;
    $("studio").hidden = !session.manager;
    document.documentElement.dataset.known = "";
    table = await asked;
  } catch (error) {
    document.documentElement.dataset.known = "";
    if (error instanceof api.Refusal && error.status === 401) account.ask();
    else {
      showConnection("waiting");
      setTimeout(begin, HISTORY_PAUSE);
    }
    return;
  }
  learnTable(table);
  feed.open();
  router.go();
}

function learnTable(table) {
  chat.composer.setTable(table);
  chat.more.ratios = table.options.find((option) => option.name === "ratio").values.map(({ value }) => value);
  chat.edit ??= new EditForm({ send: sendEdited });
  chat.edit.setTable(table.options);
  gallery.setTable(table.options);
}

async function sendEdited(text, extra) {
  await chat.send(text, extra);
  leave();
}

translate();
$("log").setAttribute("aria-label", t("page-log"));
$("language").addEventListener("click", switchLanguage);
$("theme").addEventListener("click", () => {
  const theme = showTheme() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  remember("easel-theme", theme);
  showTheme();
});
$("sandbox-away").addEventListener("click", () => {
  remember("easel-sandbox", "away");
  document.documentElement.dataset.sandbox = "away";
  chat.composer.focus();
});
showTheme();
offerDrags();
drawExamples();
listenToMenu();
listenToKeys({
  "/": () => (router.name ? leave() : chat.composer.focus()),
  g: () => (location.hash = "#/gallery"),
  b: () => (location.hash = "#/board"),
});
setInterval(tick, 1000);
addEventListener("hashchange", () => {
  if (/^#(invite|token|local)=/.test(location.hash)) begin();
});
await begin();
document.documentElement.dataset.ready = ""; // who this is and what there is to choose are known, or asked for
