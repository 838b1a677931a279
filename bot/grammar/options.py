"""THE table of options, for the model of new requests.

The parser, the help, Discord's choices, the page's completion and the docs follow from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from bot.domain.models import MODEL
from bot.domain.request import DEFAULT_PICTURES
from bot.domain.style import STYLES
from bot.grammar.language import Language, language

# Typed as a style it takes the style away: the last word wins, and a form needs something to send for "no style".
NO_STYLE = "none"


class Choice(NamedTuple):
    """One legal value and its name for people, as a Discord choice or an entry of a menu has it."""

    value: str | int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Value:
    """A legal value. Spellings are lower case and half-width, as `words.normalise` makes them."""

    value: str | int
    labels: Mapping[Language, str]
    also: tuple[str, ...] = ()  # other spellings, behind the option's name
    short: tuple[str, ...] = ()  # spellings that stand for the whole option: x4, 4k

    def spellings(self) -> Iterator[str]:
        yield str(self.value)
        yield from self.also
        yield from self.short


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Option:
    """One option of a request: `name` is the field of ImageRequest and what is printed.

    `prose` are those of its names that are also plain words: they need their value glued on, so that
    "n: the letter" and "style: ink on paper" stay prompt. `wordy`: its values are words, not numbers.
    """

    name: str
    aliases: tuple[str, ...]
    values: tuple[Value, ...]
    default: str | int
    descriptions: Mapping[Language, str]
    prose: frozenset[str] = frozenset()
    wordy: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)

    def description(self, locale: str = "en") -> str:
        """At most 100 characters, as Discord allows."""
        return self.descriptions[language(locale)]

    def choices(self, locale: str = "en") -> tuple[Choice, ...]:
        """The legal values with their labels, in the order to show them."""
        return tuple(Choice(value.value, value.labels[language(locale)]) for value in self.values)

    def label(self, value: str | int, locale: str = "en") -> str:
        """The label of a legal value; any other, such as a community's own style, is its own."""
        return dict(self.choices(locale)).get(value, str(value))

    def spelling(self, value: str | int, locale: str = "en") -> str:
        """A legal value as a reader of this language can type it."""
        label = self.label(value, locale)
        return label if self.wordy and self.find(label) == value else str(value)

    def find(self, spelling: str) -> str | int | None:
        """The legal value that this normalised spelling means."""
        return _SPELLINGS[self.name].get(spelling)


_RATIO_WORDS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "1:1": ("square", "方形", ("正方形",)),
    "3:4": ("portrait", "竖版", ()),
    "4:3": ("landscape", "横版", ()),
    "9:16": ("tall", "竖屏", ("vertical",)),
    "16:9": ("wide", "宽屏", ("widescreen", "横屏")),
}
_K = 1024  # pixels: "4k" is 4096
_NUMBER_WORDS: Mapping[int, tuple[str, ...]] = {
    1: ("one", "一"),
    2: ("two", "二", "两"),
    3: ("three", "三"),
    4: ("four", "四"),
}
_CLARITY_WORDS = {1024: ("small and quick", "小图，更快"), 2048: ("standard", "标准"), 4096: ("large", "大图")}
_STYLE_WORDS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "photo": ("Photo", "照片", ("摄影", "photography")),
    "film": ("Film still", "电影", ("电影感", "cinematic")),
    "watercolor": ("Watercolor", "水彩", ("watercolour", "水彩画")),
    "oil": ("Oil painting", "油画", ()),
    "ink": ("Ink drawing", "墨线", ("水墨",)),
    "anime": ("Anime", "动漫", ("动画",)),
    "pixel": ("Pixel art", "像素", ("像素画",)),
    "clay": ("Clay model", "黏土", ("粘土",)),
    "flat": ("Flat vector", "扁平", ("扁平插画",)),
    "sketch": ("Pencil sketch", "素描", ("铅笔",)),
}


def _ratio(ratio: str) -> Value:
    spelled = tuple(ratio.replace(":", other) for other in ("/", "x", "×"))
    if ratio not in _RATIO_WORDS:
        return Value(value=ratio, labels={"en": ratio, "zh-CN": ratio}, also=spelled)
    english, chinese, more = _RATIO_WORDS[ratio]
    labels: Mapping[Language, str] = {"en": f"{ratio} {english}", "zh-CN": f"{ratio} {chinese}"}
    return Value(value=ratio, labels=labels, also=(*spelled, english, chinese, *more))


def _number(n: int) -> Value:
    labels: Mapping[Language, str] = {"en": "1 picture" if n == 1 else f"{n} pictures", "zh-CN": f"{n} 张"}
    words = _NUMBER_WORDS.get(n, ())
    counted = tuple(f"{word}张" for word in (str(n), *words[1:]))
    return Value(value=n, labels=labels, also=(*words, *counted), short=(f"x{n}", f"×{n}"))


def _clarity(clarity: int) -> Value:
    short = () if clarity % _K else (f"{clarity // _K}k",)
    labels: Mapping[Language, str] = {"en": str(clarity), "zh-CN": str(clarity)}
    if clarity in _CLARITY_WORDS:
        english, chinese = _CLARITY_WORDS[clarity]
        labels = {"en": f"{clarity}, {english}", "zh-CN": f"{clarity}（{chinese}）"}
    return Value(value=clarity, labels=labels, also=(f"{clarity}px",), short=short)


def _style(style: str) -> Value:
    english, chinese, more = _STYLE_WORDS[style]
    return Value(value=style, labels={"en": english, "zh-CN": chinese}, also=(chinese, *more))


RATIO = Option(
    name="ratio",
    aliases=("ar", "aspect", "比例", "宽高比", "画幅", "画面比例", "图片比例", "宽高比例", "长宽比例"),
    values=tuple(_ratio(ratio) for ratio in MODEL.ratios),
    default=MODEL.default_ratio,
    descriptions={"en": "Width to height", "zh-CN": "宽高比例"},
)
NUMBER = Option(
    name="n",
    aliases=("张数", "数量", "图片张数", "图片数量"),
    values=tuple(_number(n) for n in range(1, MODEL.most_pictures + 1)),
    default=DEFAULT_PICTURES,
    descriptions={
        "en": f"How many pictures, 1 to {MODEL.most_pictures}",
        "zh-CN": f"张数，1 到 {MODEL.most_pictures}",
    },
    prose=frozenset({"n"}),
)
CLARITY = Option(
    name="clarity",
    aliases=("清晰度", "分辨率", "图片清晰度", "画面清晰度"),
    values=tuple(_clarity(clarity) for clarity in MODEL.clarities),
    default=MODEL.default_clarity,
    descriptions={"en": "Size and detail of the pictures", "zh-CN": "清晰度，越高图越大"},
)
STYLE = Option(
    name="style",
    aliases=("风格", "画面风格", "绘画风格", "艺术风格"),
    values=(
        *(_style(style) for style in STYLES),
        Value(value=NO_STYLE, labels={"en": "No style", "zh-CN": "无风格"}, also=("无", "no")),
    ),
    default=NO_STYLE,
    descriptions={"en": "Draw it in this style", "zh-CN": "画面风格"},
    prose=frozenset({"style"}),
    wordy=True,
)

OPTIONS: tuple[Option, ...] = (RATIO, NUMBER, CLARITY, STYLE)

_SPELLINGS: Mapping[str, Mapping[str, str | int]] = MappingProxyType(
    {
        option.name: MappingProxyType(
            {spelling: value.value for value in option.values for spelling in value.spellings()}
        )
        for option in OPTIONS
    }
)


def completion_table(locale: str = "en") -> list[dict[str, object]]:
    """What the page completes, JSON-able.

    One object per option: `name`, `aliases`, `description`, `default`, `insert` ("ratio:") and `values`, each with
    `value`, `label`, `insert` ("ratio:16:9") and `short` (["x2", "×2"]).
    """
    return [
        {
            "name": option.name,
            "aliases": list(option.aliases),
            "description": option.description(locale),
            "default": option.default,
            "insert": f"{option.name}:",
            "values": [
                {
                    "value": value.value,
                    "label": value.labels[language(locale)],
                    "insert": f"{option.name}:{value.value}",
                    "short": list(value.short),
                }
                for value in option.values
            ],
        }
        for option in OPTIONS
    ]
