"""What was used, as a card and as a chart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date, format_interval, format_skeleton

from bot.cards.charts import Bar, Words, lying, upright
from bot.cards.clip import clip
from bot.cards.phrases import listed
from bot.cards.sentences import sentence, words
from bot.domain.card import Card, Text, Tone
from bot.domain.ports import UsageGroup, UsageRow
from bot.domain.usage import Allowance, UsagePeriod, UsageView
from bot.drawing.lettering import clean
from bot.grammar.language import language

_LISTED = 10  # rows in words
_DRAWN = 8  # lying bars; a chart with more is too high for a chat
_LONGEST_NAME = 40
_LONGEST_ALT = 1000
_FEW_DAYS = 8  # so many have room for their month at the foot
_TIMES = frozenset({UsageGroup.DAY, UsageGroup.MONTH})


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A drawing for `Raster.png`, and its numbers in words for those who can't see it."""

    svg: str
    alt: str


def usage_card(view: UsageView, locale: str) -> Card:
    """The numbers in words; the chart goes with it as a picture where the platform can."""
    options = [_days(view, locale)]
    if view.group not in _TIMES:
        options.append(words(f"usage-by-{view.group.value}", locale))
    total = view.total
    status = sentence(
        "usage-total", locale, pictures=words("pictures", locale, n=total.delivered), jobs=total.jobs,
        still=total.reserved,
    )  # fmt: skip
    notes: list[Text] = []
    if view.group not in _TIMES and view.rows:
        notes.append((listed((f"{_name(row)} {row.delivered}" for row in view.rows[:_LISTED]), locale),))
    if sums := _sums(view.total, locale):
        notes.append((sums,))
    notes.append(_allowance("usage-today", view.today, locale))
    if view.elsewhere:
        notes.append(sentence("usage-elsewhere", locale, n=view.elsewhere))
    if view.month is not None:
        notes.append(_allowance("usage-month", view.month, locale))
    if view.sandbox:
        notes.append(sentence("note-sandbox", locale))
    return Card(
        tone=Tone.DONE,
        heading=words(f"usage-of-{view.scope.value}", locale),
        options=" · ".join(options),
        status=status,
        notes=tuple(notes),
    )


def usage_chart(view: UsageView, locale: str) -> Chart:
    """A bar a day or month; or a lying bar for each of the first eight rows, and one for all others together."""
    around = Words(
        title=words(f"usage-of-{view.scope.value}", locale),
        subtitle=_days(view, locale),
        sums=_sums(view.total, locale),
        total=f"{view.total.delivered:,}",
        unit=words("usage-unit", locale, n=view.total.delivered),
        parts=(
            words("usage-done", locale),
            words("usage-charged", locale),
            words("usage-ordered", locale),
            words("usage-still", locale),
        ),
        nothing=words("usage-nothing", locale),
    )
    if view.group in _TIMES:
        bars = [_bar(_foot(view, row, locale), [row]) for row in view.rows]
        told = [(_when(view, row, locale), row) for row in view.rows if row.jobs]
        return Chart(svg=upright(bars, around), alt=_alt(around, told, locale))
    bars = [_bar(clean(_name(row)) or row.key, [row]) for row in view.rows[:_DRAWN]]
    if others := view.rows[_DRAWN:]:
        bars.append(_bar(words("usage-others", locale, n=len(others)), others))
    return Chart(svg=lying(bars, around), alt=_alt(around, ((_name(row), row) for row in view.rows), locale))


def _bar(label: str, rows: Sequence[UsageRow]) -> Bar:
    """Of several rows together."""
    return Bar(
        label,
        done=sum(row.delivered for row in rows),
        charged=sum(row.charged - row.delivered for row in rows),
        ordered=sum(max(0, row.ordered - row.charged - row.reserved) for row in rows),
        still=sum(row.reserved for row in rows),
    )


def _alt(around: Words, told: Iterable[tuple[str, UsageRow]], locale: str) -> str:
    numbers = listed((_numbers(name, row, locale) for name, row in told), locale)
    heading = words(
        "usage-alt", locale, title=around.title, days=around.subtitle, pictures=f"{around.total} {around.unit}"
    )
    numbers = " · ".join(filter(None, (around.sums, numbers)))
    return clip(f"{heading} {numbers}".strip(), _LONGEST_ALT)


def _numbers(name: str, row: UsageRow, locale: str) -> str:
    bar = _bar(name, [row])
    extra = zip(bar.parts[1:], ("usage-charged", "usage-ordered", "usage-still"), strict=True)
    more = listed((f"+{part} {words(code, locale)}" for part, code in extra if part), locale)
    return f"{name} {row.delivered}" + (f" ({more})" if more else "")


def _sums(total: UsageRow, locale: str) -> str:
    """What was ordered and charged beside what was delivered; nothing where nothing was ordered."""
    if not (total.ordered or total.charged):
        return ""
    numbers = {"ordered": total.ordered, "delivered": total.delivered, "charged": total.charged}
    return words("usage-sums", locale, **numbers, back=total.given_back)


def _allowance(code: str, allowance: Allowance, locale: str) -> Text:
    if allowance.limit is None:
        return sentence(f"{code}-unlimited", locale, used=allowance.taken)
    return sentence(
        code, locale, used=allowance.taken, limit=allowance.limit, left=allowance.left or 0,
        resets_at=allowance.resets_at,
    )  # fmt: skip


def _name(row: UsageRow) -> str:
    return clip(" ".join(row.name.split()) or row.key or "–", _LONGEST_NAME)


def _babel(locale: str) -> str:
    return language(locale).replace("-", "_")


def _days(view: UsageView, locale: str) -> str:
    if view.since == view.until:
        return format_date(view.since, "medium", locale=_babel(locale))
    skeleton = "yMMM" if view.period is UsagePeriod.YEAR else "yMMMd"
    return format_interval(view.since, view.until, skeleton, locale=_babel(locale))


def _when(view: UsageView, row: UsageRow, locale: str) -> str:
    """A day or month in words."""
    if view.group is UsageGroup.MONTH:
        return format_skeleton("yMMM", date.fromisoformat(f"{row.key}-01"), locale=_babel(locale))
    return format_skeleton("MMMd", date.fromisoformat(row.key), locale=_babel(locale))


def _foot(view: UsageView, row: UsageRow, locale: str) -> str:
    """The same, as short as it goes at the foot of a bar."""
    if view.group is UsageGroup.MONTH:
        return format_skeleton("MMM", date.fromisoformat(f"{row.key}-01"), locale=_babel(locale))
    day = date.fromisoformat(row.key)
    return format_skeleton("MMMd", day, locale=_babel(locale)) if len(view.rows) <= _FEW_DAYS else str(day.day)
