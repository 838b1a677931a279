// What was changed from one prompt to the next, word by word; Chinese and other scripts without spaces, too.
import { h } from "./dom.js";
import { locale } from "./i18n.js";

const MOST = 1200; // words of each; a longer prompt is shown as it is
const segmenter = new Intl.Segmenter(locale, { granularity: "word" });
const split = (text) => Array.from(segmenter.segment(text), ({ segment }) => segment);

/** Runs of words: [{text, kind}], where kind is "same", "gone" or "new". */
export function compareWords(before, after) {
  const [old, now] = [split(before), split(after)];
  if (old.length > MOST || now.length > MOST) return [{ text: after, kind: "same" }];
  const common = longestCommon(old, now);
  const runs = [];
  const add = (text, kind) => {
    if (runs.at(-1)?.kind === kind) runs.at(-1).text += text;
    else runs.push({ text, kind });
  };
  let [one, other] = [0, 0];
  while (one < old.length || other < now.length) {
    if (one < old.length && other < now.length && old[one] === now[other]) {
      add(old[one], "same");
      one += 1;
      other += 1;
    } else if (other === now.length || (one < old.length && common[one + 1][other] >= common[one][other + 1])) {
      add(old[one], "gone");
      one += 1;
    } else {
      add(now[other], "new");
      other += 1;
    }
  }
  return runs;
}

/** For each pair of places, how many words the rests from there on have in common, in order. */
function longestCommon(old, now) {
  const table = Array.from({ length: old.length + 1 }, () => new Uint16Array(now.length + 1));
  for (let one = old.length - 1; one >= 0; one -= 1) {
    for (let other = now.length - 1; other >= 0; other -= 1) {
      table[one][other] = old[one] === now[other] ? table[one + 1][other + 1] + 1 : Math.max(table[one + 1][other], table[one][other + 1]);
    }
  }
  return table;
}

const TAGS = { gone: "del", new: "ins" };

/** The prompt `after` with what was changed from `before` marked, as a paragraph. */
export function drawChange(before, after) {
  const runs = compareWords(before, after).map(({ text, kind }) => (TAGS[kind] ? h(TAGS[kind], {}, text) : text));
  return h("p", { class: "words-of", dir: "auto" }, runs);
}
