// What was used: the card with its chart, other days and everybody's at a press, the table behind it, the file.
import * as api from "./api.js";
import { drawBody } from "./cards.js";
import { drawChart, rowName } from "./chart.js";
import { h } from "./dom.js";
import { locale, t } from "./i18n.js";
import { me } from "./session.js";
import { setServerTime } from "./time.js";

const TIMES = new Set(["day", "month"]);

/** The card's body; it changes in place. `failed(error)` says what was refused. */
export function drawUsage(answer, failed) {
  const body = h("div", { class: "usage" });
  const show = (shown) => body.replaceChildren(...draw(shown, change));
  const change = async (query, name) => {
    try {
      const next = await api.usage(query);
      setServerTime(next.now);
      show(next);
      body.querySelector(`[data-choice="${name}"]`)?.focus();
    } catch (error) {
      failed(error);
    }
  };
  show(answer);
  return body;
}

function draw(answer, change) {
  const { scope, period } = answer;
  const choices = (kind, now, all) =>
    h("div", { class: "segments", role: "group", "aria-label": kind === "scope" ? t("page-whose") : t("page-when") }, Object.entries(all).map(([value, name]) =>
      h(
        "button",
        {
          type: "button",
          "aria-pressed": String(value === now),
          "data-choice": value,
          onclick: () => change({ scope, period, [kind]: value }, value),
        },
        name,
      ),
    ));
  const body = drawBody({ card: answer.card }, {});
  body.querySelector(".status").after(
    h("div", { class: "usage-choices" }, [
      choices("period", period, { today: t("page-today"), week: t("page-week"), month: t("page-month"), year: t("page-year") }),
      choices("scope", scope, { mine: t("page-mine"), community: t("page-everybody") }),
    ]),
    TIMES.has(answer.group) && answer.rows.length > 1 ? drawChart(answer.rows) : "",
  );
  body.append(h("details", { class: "numbers" }, h("summary", {}, t("page-as-table")), drawTable(answer)));
  // The entries in a community's file name persons: the server gives it to its managers only.
  if (scope === "mine" || me.manager) body.append(drawFile(scope));
  return body.childNodes.length ? [body] : [];
}

function drawFile(scope) {
  const href = `/api/usage.csv?${new URLSearchParams({ scope, lang: locale })}`;
  return h("p", { class: "usage-file" }, h("a", { href, download: "" }, t("page-csv")));
}

/** Rows with something in them, the newest first. */
export function drawTable({ rows, group }) {
  const used = rows.filter((row) => row.jobs);
  if (TIMES.has(group)) used.reverse();
  const heads = [TIMES.has(group) ? t("page-when") : t("page-who"), t("page-requests"), t("page-ordered"), t("page-delivered"), t("page-charged"), t("page-given-back"), t("page-under-way")];
  return h(
    "table",
    {},
    h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))),
    h("tbody", {}, used.map((row) =>
      h("tr", {}, h("th", { scope: "row" }, rowName(row)), [row.jobs, row.ordered, row.delivered, row.charged, row.given_back, row.reserved].map((number) => h("td", {}, String(number)))),
    )),
  );
}
