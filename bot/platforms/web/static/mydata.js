// What is kept of a person: taken home, or forgotten after asking twice.
import * as api from "./api.js";
import { sure } from "./ask.js";
import { plainCard } from "./cards.js";
import { h } from "./dom.js";
import { locale, t } from "./i18n.js";

/** Save the archive as a file; the browser asks the server for it. */
export function exportMine() {
  const link = h("a", { href: `/api/mydata?${new URLSearchParams({ lang: locale })}`, download: "" });
  document.body.append(link);
  link.click();
  link.remove();
  return plainCard({ message: t("page-exporting") }, "done");
}

/** The card that says what was done; null where the person thought better of it. */
export async function deleteMine() {
  const first = await sure({ title: t("page-forget-title"), text: t("page-forget-text"), yes: t("button-delete-mine") });
  if (!first || !(await sure({ title: t("page-forget-title"), text: t("mydata-delete-ask-again"), yes: t("button-delete-mine-really") }))) return null;
  return (await api.forgetMe()).card;
}
