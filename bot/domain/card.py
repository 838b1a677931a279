"""What a person sees of a job, before any platform draws it. Text is plain: each platform escapes it its own way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeGuard

from bot.domain.text_direction import without_direction_controls
from bot.domain.text_lines import few_lines

# No card is higher than this, whatever somebody put into a prompt, a reason or an error.
MOST_LINES = 40
MOST_LINES_OF_NOTE = 8


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time that a platform draws relative to now, counting by itself where it can ("in 40 s")."""

    at: datetime


class CommandWord(str):
    """A command within a text, as the page takes it: `/show`. Where it has another name, that is what people see."""

    __slots__ = ()


Text = tuple[str | Moment, ...]


class Tone(StrEnum):
    """The mood of a card; platforms give it a colour or a mark."""

    WAITING = "waiting"
    WORKING = "working"
    SLOW = "slow"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    ASKING = "asking"  # nothing is wrong: a press decides


class ButtonAction(StrEnum):
    """What a button does. The value is part of Discord's custom_id, so it never changes."""

    CANCEL = "cancel"
    AGAIN = "again"
    EDIT = "edit"
    DELETE = "delete"
    USE = "use"  # takes the repaired request; the target is a draft's id
    HD = "hd"  # the same words at the next clarity: a new picture, there is no seed
    STAR = "star"
    VOTE = "vote"  # which picture is best; `index` says which
    MORE = "more"
    SHAPE = "shape"  # the same words in another ratio; `index` counts the ratios of its model from 0
    SPOILER = "spoiler"
    ORIGINAL = "original"  # the files as they came from the provider; `index` says which picture, else all of them
    REPOST = "repost"  # what could not be posted, once more where it was asked for; nothing is ordered
    REPORT = "report"
    SHARE = "share"  # with the whole community; for the author of what was asked in private
    UNSHARE = "unshare"
    SHOW = "show"  # one job of a gallery, with all there is to say of it
    PAGE = "page"  # of a gallery: the target is `<shelf>` or `<shelf>.<draft id>`, `index` counts pages from 0
    REMOVE = "remove"  # in the moderators' channel: take the reported result away
    UNDO = "undo"  # what a moderator has just done; the target is an audit entry's id
    LOCK = "lock"  # the author may not ask for an hour
    BLOCK_WORD = "blockword"
    FIX = "fix"  # opens a form again that could not be taken; the target is `<form>` or `<form>.<section>`
    WHY = "why"  # why was I refused?
    APPEAL = "appeal"  # this refusal for a blocked word was wrong; the target is its audit entry's id


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    press: ButtonAction
    label: str
    target: str  # a job's id, unless ButtonAction says otherwise
    index: int | None = None
    primary: bool = False
    danger: bool = False
    row: int | None = None  # buttons of one row stand together, at most five; None: wherever there is room
    spoken: str = ""  # for those who hear it, where the label alone doesn't tell what it is for

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", without_direction_controls(self.label))


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPicture:
    """A picture on a card. `key` finds it in the PictureStore; `alt` is for those who can't see it."""

    key: str
    alt: str
    width: int
    height: int
    media_type: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "alt", without_direction_controls(self.alt))


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One message, in one language. None of its texts holds a control of the direction of writing.

    Drawn from top to bottom: heading, prompt, options, status, command, pictures, notes, buttons.
    `job_id` is empty on a refusal. `mention` says that the author is pinged when this is posted anew.
    """

    tone: Tone
    job_id: str = ""
    heading: str = ""
    prompt: str = ""  # at most 300 characters, but all of it where one job is looked at
    options: str = ""  # 16:9 · 2 pictures · 2048
    status: Text = ()
    command: str = ""  # what one can copy and send; drawn as code where a platform can
    pictures: tuple[CardPicture, ...] = ()
    notes: tuple[Text, ...] = ()  # small print: not charged, sandbox, what is left today, AI-generated
    buttons: tuple[Button, ...] = ()
    mention: bool = False

    def __post_init__(self) -> None:
        for name in ("heading", "prompt", "options", "command"):
            object.__setattr__(self, name, few_lines(without_direction_controls(getattr(self, name)), MOST_LINES))
        object.__setattr__(self, "status", _directed(self.status))
        object.__setattr__(self, "notes", tuple(map(_low, map(_directed, self.notes))))

    def without(self, press: ButtonAction) -> Card:
        """The card without this button."""
        return replace(self, buttons=tuple(button for button in self.buttons if button.press is not press))


def _low(text: Text) -> Text:
    return tuple(few_lines(part, MOST_LINES_OF_NOTE) if _is_plain(part) else part for part in text)


def _directed(text: Text) -> Text:
    return tuple(without_direction_controls(part) if _is_plain(part) else part for part in text)


def _is_plain(part: str | Moment) -> TypeGuard[str]:
    return isinstance(part, str) and not isinstance(part, CommandWord)
