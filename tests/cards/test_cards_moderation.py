from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.actions.audit_log import WRONG_AS_TYPED
from bot.cards import appeal_card, audit_card, budget_card, report_card, settings_card, why_card
from bot.cards.audit_card import MOST_UNDOS, audit_line
from bot.cards.sentences import OTHERWISE, has_sentence, words
from bot.domain.card import ButtonAction, Card, Moment, Text, Tone
from bot.domain.community import BlockedWord, Community
from bot.domain.community_fields import FIELDS
from bot.domain.errors import NotAllowed, OverLimit, Refused
from bot.domain.job import Job, JobState, StoredPicture
from bot.domain.limits import Limits
from bot.domain.moderation import AuditAction, AuditEntry
from bot.domain.moderation_views import AppealView, BudgetWarning, PastRefusal, ReportView
from bot.domain.people import Destination, Person
from bot.domain.request import ImageRequest

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LOCALES = ("en", "zh-CN")


def entry(action: AuditAction = AuditAction.REMOVED, number: int = 7, **fields: object) -> AuditEntry:
    known: dict[str, object] = {"target": "0123456789ab", "undo": {"kind": "x"}} | fields
    return AuditEntry(
        id=number, at=NOW, platform="p", community_id="c", actor_id="m", actor_name="Mod", action=action, **known  # type: ignore[arg-type]
    )  # fmt: skip


def plain(text: Text) -> str:
    return "".join("<then>" if isinstance(part, Moment) else part for part in text)


def everything(card: Card) -> str:
    return "\n".join([card.heading, plain(card.status), *map(plain, card.notes), *(b.label for b in card.buttons)])


JOB = Job(
    id="0123456789ab",
    author=Person(platform="p", community_id="c", user_id="u", name="Ada"),
    destination=Destination(platform="p", community_id="c", channel_id="ch"),
    request=ImageRequest(prompt="a fox", n=2),
    prompt_sent="a fox",
    state=JobState.DONE,
    created_at=NOW,
    pictures=tuple(
        StoredPicture(key=f"k{index}", width=8, height=8, size=9, media_type="image/png") for index in (1, 2)
    ),
)


def test_a_report_shows_what_who_why_and_what_can_be_done() -> None:
    card = report_card(ReportView(job=JOB, reports=1, reasons=("rude",), strikes=1), "en")
    assert (card.heading, card.prompt, card.options) == ("Reported", "a fox", "1:1 · 2 pictures · 2048")
    assert plain(card.status) == "By Ada, 1 strike of 3 · job 0123456789ab"
    assert card.notes == (("“rude”",),)
    assert [picture.key for picture in card.pictures] == ["k1", "k2"]
    assert all("AI-generated" in picture.alt for picture in card.pictures)
    assert [(button.press, button.target) for button in card.buttons] == [
        (press, JOB.id) for press in (ButtonAction.REMOVE, ButtonAction.LOCK, ButtonAction.BLOCK_WORD)
    ]
    assert card.buttons[0].danger


def test_what_was_done_stands_on_it_with_its_undo_newest_first() -> None:
    locked = entry(
        AuditAction.LOCKED, 8, target="u", detail={"until": (NOW + timedelta(hours=1)).isoformat(), "reason": "rude"}
    )
    card = report_card(ReportView(job=JOB, reports=3, done=(entry(), locked)), "en")
    assert card.heading == "Reported by 3 people"
    assert card.tone is Tone.CANCELLED
    assert [plain(note) for note in card.notes] == [
        "<then> · Mod removed job 0123456789ab",
        "<then> · Mod locked Ada until <then>: rude",
    ]
    assert [(button.press, button.target, button.label) for button in card.buttons] == [
        (ButtonAction.BLOCK_WORD, JOB.id, "Block a word"),
        (ButtonAction.UNDO, "8", "Undo: locked"),
        (ButtonAction.UNDO, "7", "Undo: removed"),
    ]


def test_reasons_and_prompts_of_any_length_fit() -> None:
    long = replace(JOB, request=ImageRequest(prompt="x" * 2000))
    card = report_card(ReportView(job=long, reports=9, reasons=("y" * 500,) * 9), "zh-CN")
    assert len(card.prompt) == 300
    assert len(card.notes) == 5
    assert all(len(plain(note)) <= 302 for note in card.notes)
    assert card.heading == "收到 9 人举报"


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("action", AuditAction)
def test_every_deed_has_its_line_and_its_undo_has_a_name(action: AuditAction, locale: str) -> None:
    line = plain(audit_line(entry(action), locale))
    assert words(OTHERWISE, locale) not in line
    assert line.startswith("<then> · ")
    undoable = {
        AuditAction.REMOVED, AuditAction.LOCKED, AuditAction.BLOCKED, AuditAction.UNBLOCKED, AuditAction.WORD_ADDED,
        AuditAction.WORD_REMOVED, AuditAction.SETTINGS_CHANGED, AuditAction.PAUSED, AuditAction.RESUMED,
    }  # fmt: skip
    assert has_sentence(f"undo-{action.value}", locale) == (action in undoable)


def test_people_are_named_and_undone_things_say_by_whom() -> None:
    lines = [
        entry(AuditAction.UNBLOCKED, target="17", undo=None),
        entry(AuditAction.REMOVED, undone_at=NOW, undone_by="Otto"),
        entry(AuditAction.SETTINGS_CHANGED, target="user_daily", detail={"user_daily": "– → 5"}),
        entry(AuditAction.REFUSED, target="17", detail={"code": "limit-daily", "channel": "9"}, undo=None),
        entry(AuditAction.REPORTED, detail={"reason": "rude", "report": "r"}, undo=None),
        entry(AuditAction.RESET, target="17", detail={"points": "8"}, undo=None),
        entry(AuditAction.APPEALED, target="17", detail={"word": "cocktail"}, undo=None),
    ]
    card = audit_card(lines, "en", person_name={"17": "Ada"}.__getitem__)
    assert [plain(note) for note in card.notes] == [
        "<then> · Mod unblocked Ada",
        "<then> · Mod removed job 0123456789ab · undone by Otto",
        "<then> · Mod changed the settings: Pictures per person per day – → 5",
        "<then> · Ada was refused: the pictures of that day were used",
        "<then> · Mod reported job 0123456789ab: rude",
        "<then> · Mod reset today's usage of Ada (+8)",
        "<then> · Ada said that a blocked word is harmless: cocktail",
    ]
    assert [button.target for button in card.buttons] == ["7"]


def test_an_empty_trail_and_a_full_one() -> None:
    assert plain(audit_card([], "en").status) == "Nothing yet."
    many = [entry(number=number) for number in range(20, 0, -1)]
    assert [button.target for button in audit_card(many, "en").buttons] == ["20", "19", "18", "17", "16"]
    assert len(audit_card(many, "en").buttons) == MOST_UNDOS
    assert audit_card(many, "en", undo=False).buttons == ()


def test_an_appeal_can_be_granted_where_the_word_is_known() -> None:
    view = AppealView(name="Ada", word="cocktail", refused_at=NOW, added=entry(AuditAction.WORD_ADDED, 3))
    card = appeal_card(view, "en")
    assert plain(card.status) == "Ada was refused <then> for “cocktail” and says that it is harmless."
    own = appeal_card(replace(view, name="You"), "en")
    assert plain(own.status) == "You were refused <then> for “cocktail” and say that it is harmless."
    assert [(button.press, button.target) for button in card.buttons] == [(ButtonAction.UNDO, "3")]
    assert appeal_card(replace(view, added=None), "en").buttons == ()


@pytest.mark.parametrize(("per_cent", "tone"), [(80, Tone.SLOW), (100, Tone.FAILED)])
def test_a_budget_says_how_much_and_until_when(per_cent: int, tone: Tone) -> None:
    card = budget_card(BudgetWarning(per_cent=per_cent, used=801, limit=1000, resets_at=NOW), "en")
    assert card.tone is tone
    assert card.heading == f"{per_cent} % of this month's budget is used"
    assert Moment(NOW) in card.status
    assert plain(card.status).startswith("801 of 1,000 are used")


CODES = [
    "paused-everywhere", "paused", "blocked-person", "locked", "wrong-channel", "blocked-word", "limit-unfinished",
    "limit-cooldown", "limit-daily", "limit-channel-daily", "limit-community-monthly",
]  # fmt: skip


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("holds", [True, False])
def test_every_refusal_is_explained_with_what_to_do(code: str, locale: str, *, holds: bool) -> None:
    card = why_card([PastRefusal(at=NOW, refused=Refused(code), holds=holds)], locale)
    assert words(OTHERWISE, locale) not in everything(card)
    assert words("reason-other", locale) not in everything(card)
    assert len(card.notes) == 1
    assert plain(card.status)


@pytest.mark.parametrize(("locale", "said"), [("en", "Nothing was charged"), ("zh-CN", "没有扣费")])
def test_why_tells_what_the_provider_said(locale: str, said: str) -> None:
    refused = Refused("failure-rejected", id="0123456789ab", detail="prompt is sensitive")
    card = why_card([PastRefusal(at=NOW, refused=refused, holds=False)], locale)
    assert said in plain(card.status)
    assert "prompt is sensitive" in plain(card.notes[0])
    assert "another reason" not in plain(card.notes[0])
    assert card.buttons == ()


def test_why_names_the_word_and_the_moment() -> None:
    word = NotAllowed("blocked-word", word="rude")
    word.entry_id = 5
    limit = OverLimit("limit-daily", limit=1, used=1, wanted=1, resets_at=NOW)
    card = why_card(
        [PastRefusal(at=NOW, refused=word, holds=True), PastRefusal(at=NOW, refused=limit, holds=True)], "en"
    )
    assert [plain(note) for note in card.notes] == [
        "<then> · a blocked word (“rude”)",
        "<then> · the pictures of that day were used",
    ]
    assert [(button.press, button.target) for button in card.buttons] == [(ButtonAction.APPEAL, "5")]
    waiting = why_card([PastRefusal(at=NOW, refused=limit, holds=True)], "en")
    assert waiting.status == ("You can ask again ", Moment(NOW), ".")
    assert plain(why_card([], "en").status) == "You haven't been refused here."


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("code", sorted(WRONG_AS_TYPED))
def test_why_says_what_could_not_be_taken_as_typed(code: str, locale: str) -> None:
    wrong = Refused(code, option="n", nearest="4") if code.startswith("bad-") else Refused(code)
    card = why_card([PastRefusal(at=NOW, refused=wrong, holds=True)], locale)
    assert words("reason-other", locale) not in everything(card)
    assert plain(card.status) != words("todo-again", locale)


def test_why_names_the_wrong_word_and_the_closest_value() -> None:
    wrong = Refused("bad-ratio", word="ratio:7:2", option="ratio", nearest="21:9")
    card = why_card([PastRefusal(at=NOW, refused=wrong, holds=True)], "en")
    assert plain(card.notes[0]) == "<then> · a ratio that isn't supported (“ratio:7:2”)"
    assert plain(card.status) == "Ask again with a supported value. Closest: ratio:21:9."


def test_the_settings_in_one_card() -> None:
    community = Community(
        platform="p", community_id="c", user_daily=5, weights={4096: 4}, default_ratio="16:9",
        blocked_words=(BlockedWord(word="rude"), BlockedWord(word="cum", whole=False)),
    )  # fmt: skip
    card = settings_card(community, Limits(user_daily=50, community_monthly=None), "en")
    lines = [plain(note) for note in card.notes]
    assert len(lines) == len(FIELDS) + 1
    assert "Pictures per person per day: 5 (At most 50, set by the operator)" in lines
    assert "Pictures per month in this community: no limit (set by the operator)" in lines
    assert "Running requests per person: 3 (set by the operator)" in lines
    assert "Points per picture by clarity: 4096=4" in lines
    assert "Default ratio: 16:9" in lines
    assert "Only in these channels: –" in lines
    assert lines[-1] == "Blocked words (2): rude, *cum*"
    assert plain(settings_card(replace(community, paused=True), Limits(), "zh-CN").status) == "已暂停作图。"


@pytest.mark.parametrize("locale", LOCALES)
def test_every_setting_has_a_name_and_a_full_list_is_clipped(locale: str) -> None:
    many = tuple(BlockedWord(word=f"word{index}") for index in range(500))
    card = settings_card(Community(platform="p", community_id="c", blocked_words=many), Limits(), locale)
    assert words(OTHERWISE, locale) not in everything(card)
    assert len(everything(card)) < 3000
