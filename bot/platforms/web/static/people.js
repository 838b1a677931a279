// People in the studio: who may not ask now, and what can be decided about somebody.
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { moment } from "./time.js";

const DEEDS = { lock: t("deed-lock"), "lock-day": t("deed-lock-day"), "lock-week": t("deed-lock-week"), block: t("deed-block"), lift: t("deed-lift"), forgive: t("deed-forgive"), reset: t("deed-reset") };
const [FIRST] = Object.keys(DEEDS);
const WITH_REASON = new Set(["lock", "lock-day", "lock-week", "block"]);
const LONGEST_REASON = 300;

/** `act({person, deed, reason})` does it; true if it was done. */
export class PeoplePanel {
  #list = h("ul", { class: "listed" });
  #person = h("select", { name: "person", required: true, "data-act": "person" });
  #reason = h("input", { name: "reason", maxlength: LONGEST_REASON, autocomplete: "off" });
  #nobody = h("p", { class: "nothing" }, t("page-nobody-else"));

  constructor({ act }) {
    this.act = act;
    const deeds = Object.entries(DEEDS).map(([deed, name]) =>
      h(
        "label",
        { class: "choice" },
        h("input", { type: "radio", name: "deed", value: deed, checked: deed === FIRST }),
        h("span", {}, name),
      ),
    );
    const why = h("label", { class: "field" }, h("span", {}, t("people-reason")), this.#reason);
    this.form = h(
      "form",
      { class: "people-form" },
      h("label", { class: "field" }, h("span", {}, t("people-person")), this.#person),
      h("fieldset", {}, h("legend", {}, t("people-deed")), h("div", { class: "choices" }, deeds)),
      why,
      h("div", {}, h("button", { type: "submit", class: "button" }, t("people-do"))),
    );
    this.form.addEventListener("change", () => (why.hidden = !WITH_REASON.has(this.form.elements.deed.value)));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(why);
    });
    this.element = h("div", {}, this.#list, this.form, this.#nobody);
  }

  fill({ blocked, people }) {
    this.#list.replaceChildren(...blocked.map((block) => this.#draw(block)));
    const chosen = this.#person.value;
    this.#person.replaceChildren(...people.map(({ id, name }) => h("option", { value: id, selected: id === chosen }, name)));
    this.form.hidden = !people.length;
    this.#nobody.hidden = people.length > 0;
  }

  #draw({ id, name, until, reason }) {
    const lift = h("button", { type: "button", class: "button small", "aria-label": t("page-lift-of", { name }) }, t("held-lift-one"));
    lift.addEventListener("click", () => this.act({ person: id, deed: "lift" }));
    const [before, after] = t("page-locked-until", { moment: "\0" }).split("\0");
    const told = until ? [before, moment(until), after] : [t("page-blocked-for-good")];
    return h("li", {}, h("p", {}, h("strong", {}, name), h("span", {}, ...told, reason ? ` · ${reason}` : "")), h("span", { class: "listed-acts" }, lift));
  }

  async #submit(why) {
    const { person, deed, reason } = Object.fromEntries(new FormData(this.form));
    if (!(await this.act({ person, deed, reason: WITH_REASON.has(deed) ? reason : "" }))) return;
    this.#reason.value = "";
    this.form.elements.deed.value = FIRST;
    why.hidden = false;
  }
}
