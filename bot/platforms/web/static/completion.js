// What could be meant by the word under the caret: commands, options, values. Pure functions of text and table.

/** `{from, to, items, pick}`: the word's place, what may stand there, and the entry that Enter takes (-1: none). */
export function complete(text, caret, { commands, options }) {
  const before = text.slice(0, caret);
  const from = before.search(/\S*$/);
  const word = before.slice(from);
  const to = caret + text.slice(caret).search(/\s|$/);
  const command = commands.find((one) => text.toLowerCase().startsWith(`${one.name} `));
  const asks = !text.startsWith("/") || command?.name === "/imagine";
  if (!word && (asks || !command)) return null;
  const found =
    from === 0 && word.startsWith("/")
      ? matchCommands(word, commands)
      : asks
        ? matchOptions(word, text, options)
        : matchWords(word, before, command);
  return found && found.items.length ? { from, to, ...found } : null;
}

function matchCommands(word, commands) {
  const items = commands
    .filter((command) => command.name.startsWith(word.toLowerCase()))
    .map(({ name, why, words }) => ({ what: name, why, insert: `${name} `, final: !words.length }));
  return { items, pick: items.some((item) => item.what === word.toLowerCase()) ? -1 : 0 };
}

function matchWords(word, before, command) {
  const said = before.toLowerCase().split(/\s+/);
  const items = (command?.words ?? [])
    .filter((one) => one.startsWith(word.toLowerCase()) && !said.slice(1, -1).includes(one))
    .map((one) => ({ what: one, why: "", insert: `${one} `, final: true }));
  return { items, pick: items.some((item) => item.what === word.toLowerCase()) || !word ? -1 : 0 };
}

/** Where a prompt begins in what was typed: behind /imagine, or at once; -1 for another command. */
export function promptStart(text) {
  const [command] = /^\/imagine\s+/i.exec(text) ?? [""];
  return !command && text.startsWith("/") ? -1 : command.length;
}

function matchOptions(word, text, options) {
  const [, name, separator, rest] = /^(?:--)?([^:：=]*)([:：=]?)(.*)$/s.exec(word);
  if (separator) {
    const option = options.find((one) => [one.name, ...one.aliases].includes(name.toLowerCase()));
    return option ? matchValues(option, rest.replaceAll("：", ":").toLowerCase()) : null;
  }
  const asked = name.toLowerCase();
  // One letter is the beginning of most words; "n" is an option by itself.
  if (asked.length < 2 && asked !== "n") return null;
  const items = options
    .filter((option) => !new RegExp(`(^|\\s)${option.name}[:：=]`, "i").test(text))
    .filter((option) => option.name.startsWith(asked) || option.aliases.some((alias) => alias.startsWith(asked)))
    .map((option) => ({ what: option.insert, why: option.description, insert: option.insert, final: false }));
  return { items, pick: -1 };
}

function matchValues(option, rest) {
  // "16" means 16:9 before it means anything that has 16 in its name.
  const begin = option.values.filter((value) => String(value.value).startsWith(rest));
  const told = ({ label, words = "" }) => `${label} ${words}`.toLowerCase();
  const values = begin.length ? begin : option.values.filter((value) => told(value).includes(rest));
  const items = values.map((value) => ({
    what: value.insert,
    why: value.words ?? value.label, // a style of the page's own is told by what it adds
    insert: `${value.insert} `,
    final: true,
    ratio: option.name === "ratio" ? value.value : null,
  }));
  const exact = option.values.some((value) => String(value.value) === rest);
  return exact ? null : { items, pick: items.length ? 0 : -1 };
}
