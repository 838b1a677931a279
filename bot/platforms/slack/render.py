"""A Card as one Slack message. The one place that knows how a card looks here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bot.cards.sentences import words as sentence_words
from bot.domain.card import Button, Card, Tone

from .buttons import button_element
from .command_names import CommandNames
from .limits import (
    ACTION_ELEMENTS,
    ALT_TEXT,
    CONTEXT_ELEMENTS,
    CONTEXT_TEXT,
    FALLBACK_TEXT,
    MESSAGE_BLOCKS,
    SECTION_TEXT,
)
from .text import clip, escape, mrkdwn, unescape, without_dates

PROMPT_BLOCK = "prompt"

# Slack's messages have no colour of their own; a mark before the status tells the mood at a glance.
MARKS: Mapping[Tone, str] = MappingProxyType(
    {
        Tone.WAITING: "⏳ ",
        Tone.WORKING: "🎨 ",
        Tone.SLOW: "🐢 ",
        Tone.FAILED: "⚠️ ",
        Tone.REFUSED: "✋ ",
        Tone.ASKING: "💬 ",
    }
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a message is made of."""

    blocks: list[dict[str, Any]]
    locale: str

    @property
    def text(self) -> str:
        """What notifications and screen readers get of it: all that the blocks say.

        https://docs.slack.dev/reference/methods/chat.postMessage#accessibility
        """
        return read_aloud(self.blocks, self.locale)

    @property
    def shows_pictures(self) -> bool:
        return any(block.get("type") == "image" for block in self.blocks)

    @property
    def in_words(self) -> Drawn:
        """For where Slack refuses the blocks: the same without any, and so without buttons."""
        return WordsOnly([], self.locale, clip(read_aloud(self.blocks, self.locale, buttons=False), SECTION_TEXT))


@dataclass(frozen=True, slots=True)
class WordsOnly(Drawn):
    said: str

    @property
    def text(self) -> str:
        return self.said


def draw(
    card: Card,
    *,
    now: datetime,
    locale: str,
    names: CommandNames,
    files: Sequence[str] = (),
    ping: str | None = None,
    words: str = "",
) -> Drawn:
    """`files` are the ids of the card's pictures, uploaded and ready; without them it is drawn without pictures.

    `ping` is the one user who is notified; nothing else in the message can notify anybody.
    """
    blocks: list[dict[str, Any]] = []
    begin = " ".join(part for part in (f"<@{ping}>" if ping else "", escape(words)) if part)
    if begin:
        blocks.append(section(begin))
    if card.heading:
        blocks.append(section(f"*{escape(names.within(card.heading))}*"))
    if card.prompt:
        # Plain text is shown as it is: no emphasis, no mention, no link, whatever somebody typed.
        text = {"type": "plain_text", "text": clip(card.prompt, SECTION_TEXT), "emoji": False}
        blocks.append({"type": "section", "block_id": PROMPT_BLOCK, "text": text})
    status = mrkdwn(card.status, now=now, locale=locale, names=names)
    told = "\n".join(
        line for line in (escape(card.options), MARKS.get(card.tone, "") + status if status else "") if line
    )
    if told:
        blocks.append(section(told))
    if card.command:
        # Plain text once more: what is copied is what was meant.
        command = clip(names.within(card.command), SECTION_TEXT)
        blocks.append({"type": "section", "text": {"type": "plain_text", "text": command}})
    blocks += [
        {"type": "image", "slack_file": {"id": file_id}, "alt_text": clip(picture.alt, ALT_TEXT) or "·"}
        for picture, file_id in zip(card.pictures, files, strict=False)
    ]
    notes = [clip(mrkdwn(note, now=now, locale=locale, names=names), CONTEXT_TEXT) for note in card.notes]
    notes = [note for note in notes if note]
    for start in range(0, len(notes), CONTEXT_ELEMENTS):
        blocks.append(context(notes[start : start + CONTEXT_ELEMENTS]))
    blocks += list(_rows(card.buttons))
    return Drawn(blocks[:MESSAGE_BLOCKS], locale)


def _rows(buttons: Sequence[Button]) -> Iterator[dict[str, Any]]:
    """Buttons of one row stand in a block of their own."""
    kinds: Counter[tuple[str, int | None]] = Counter()
    for row in dict.fromkeys(button.row for button in buttons):
        elements = []
        for button in buttons:
            if button.row == row:
                kinds[button.press, button.index] += 1
                elements.append(button_element(button, kinds[button.press, button.index]))
        for start in range(0, len(elements), ACTION_ELEMENTS):
            yield {"type": "actions", "elements": elements[start : start + ACTION_ELEMENTS]}


def relabelled(message: Mapping[str, Any], buttons: Sequence[Button], locale: str) -> Drawn:
    """A message of ours as it stands, with other buttons. Slack adds to image blocks what it does not take back."""
    kept = [block for block in message.get("blocks") or [] if block.get("type") != "actions"]
    blocks = [_as_sent(block) if block.get("type") == "image" else dict(block) for block in kept]
    return Drawn([*blocks, *_rows(buttons)], locale)


def _as_sent(image: Mapping[str, Any]) -> dict[str, Any]:
    file_id = (image.get("slack_file") or {}).get("id")
    return {"type": "image", "slack_file": {"id": file_id}, "alt_text": image.get("alt_text") or "·"}


def section(text: str) -> dict[str, Any]:
    """Text that is escaped already; `verbatim` keeps Slack from finding links and channels in it."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": clip(text, SECTION_TEXT), "verbatim": True}}


def context(texts: Sequence[str]) -> dict[str, Any]:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True} for text in texts]}


def prompt_on(message: Mapping[str, Any] | None) -> str:
    """The prompt as one of our cards shows it (at most 300 characters of it); empty where there is none."""
    for block in (message or {}).get("blocks") or []:
        if block.get("block_id") == PROMPT_BLOCK:
            return unescape(str((block.get("text") or {}).get("text", ""))).strip()
    return ""


def words_on(message: Mapping[str, Any] | None) -> str:
    """All words of one of our messages, a line each, as they were before they were escaped."""
    return unescape("\n".join(_said((message or {}).get("blocks") or [])))


def read_aloud(blocks: Sequence[Mapping[str, Any]], locale: str, *, buttons: bool = True) -> str:
    """The blocks in words, with what can be pressed at the end."""
    parts = [" ".join(line.split()) for line in _said(blocks)]
    if buttons and (labels := [_spoken(element) for block in blocks for element in _pressable(block)]):
        parts.append(escape(sentence_words("spoken-buttons", locale, buttons=", ".join(labels))))
    return clip(" · ".join(filter(None, parts)), FALLBACK_TEXT) or "·"


def _said(blocks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The words of each block, escaped: its lines without the marks that only the eye needs, and alt texts."""
    for block in blocks:
        if block.get("type") == "image":
            yield escape(unescape(str(block.get("alt_text") or "")))
        for text in (block.get("text"), *(block.get("elements") or ())):
            if not isinstance(text, Mapping) or not isinstance(said := text.get("text"), str):
                continue
            if text.get("type") == "plain_text":
                yield escape(unescape(said))
            elif text.get("type") == "mrkdwn":
                yield from map(_unmarked, without_dates(said).splitlines())


def _unmarked(line: str) -> str:
    for mark in MARKS.values():
        line = line.removeprefix(mark)
    return line[1:-1] if line.startswith("*") and line.endswith("*") else line


def _pressable(block: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    found = [*(block.get("elements") or ()), block.get("accessory")]
    return (one for one in found if isinstance(one, Mapping) and one.get("type") == "button")


def _spoken(button: Mapping[str, Any]) -> str:
    label = button.get("accessibility_label") or (button.get("text") or {}).get("text") or ""
    return unescape(str(label))
