import asyncio
import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions.settings import MOST_WORDS
from bot.domain.community import BlockedWord, Community, Exceptions
from bot.domain.community_fields import FIELDS, MOST_ENTRIES, MOST_STYLES, read_field, write_field
from bot.domain.errors import Refused
from bot.domain.moderation import AuditAction
from tests.actions.rules.court import MANAGER, MOD, STRANGER, Court, person

TYPED = {
    "timezone": ("asia/shanghai", "Asia/Shanghai"),
    "user_daily": ("8", 8),
    "user_running": ("1", 1),
    "user_waiting": ("0", 0),
    "monthly": ("1000", 1000),
    "cooldown": ("30", 30),
    "role_daily": ("17=9, 18 = 0", {"17": 9, "18": 0}),
    "channel_daily": ("17=200", {"17": 200}),
    "weights": ("4096=4, 2048=2", {4096: 4, 2048: 2}),
    "allowed_channels": ("17, 18 17、19", ("17", "18", "19")),
    "moderation_channel": ("17", "17"),
    "gallery_channel": ("18", "18"),
    "default_ratio": ("16:9", "16:9"),
    "default_clarity": ("1024", 1024),
    "default_n": ("2", 2),
    "default_style": ("Ink", "ink"),
    "styles": ("House: in our colours\n夜：at night", {"house": "in our colours", "夜": "at night"}),
    "retention_days": ("30", 30),
}
WRONG = [
    ("colour", "red", "setting-unknown"),
    ("blocked_words", "x", "setting-unknown"),
    ("timezone", "Asia/Shanghay", "setting-zone"),
    ("timezone", "../../etc/passwd", "setting-zone"),
    ("user_daily", "-1", "setting-number"),
    ("user_daily", "many", "setting-number"),
    ("user_daily", "1e3", "setting-number"),
    ("user_daily", "9" * 5000, "setting-ceiling"),
    ("user_daily", "٣", "setting-number"),
    ("user_running", "0", "setting-number"),
    ("cooldown", "86401", "setting-number"),
    ("retention_days", "0", "setting-number"),
    ("role_daily", "17", "setting-table"),
    ("role_daily", "=5", "setting-table"),
    ("role_daily", "17=x", "setting-number"),
    ("role_daily", ", ".join(f"{index}=1" for index in range(MOST_ENTRIES + 1)), "setting-too-many"),
    ("weights", "512=2", "setting-choice"),
    ("weights", "4096=0", "setting-number"),
    ("allowed_channels", ", ".join(map(str, range(MOST_ENTRIES + 1))), "setting-too-many"),
    ("allowed_channels", "x" * 65, "setting-table"),
    ("moderation_channel", "a b", "setting-table"),
    ("default_ratio", "2:1", "setting-choice"),
    ("default_clarity", "3000", "setting-choice"),
    ("default_n", "5", "setting-choice"),
    ("default_style", "nowhere", "setting-choice"),
    ("styles", "ink: mine", "setting-style"),
    ("styles", "house", "setting-style"),
    ("styles", "a b: words", "setting-style"),
    ("styles", f"house: {'x' * 301}", "setting-style"),
    ("styles", "\n".join(f"s{index}: x" for index in range(MOST_STYLES + 1)), "setting-too-many"),
]


async def code_of(awaitable: object) -> str:
    with pytest.raises(Refused) as caught:
        await awaitable  # type: ignore[misc]
    return caught.value.code


async def now(court: Court) -> Community:
    return await court.communities.community("fake", "guild")


def test_every_field_is_tried_here() -> None:
    assert set(TYPED) == set(FIELDS)


@pytest.mark.parametrize("name", TYPED)
async def test_a_setting_is_changed_told_and_changed_back(court: Court, name: str) -> None:
    text, value = TYPED[name]
    before = await now(court)
    entry = await court.settings.change(MANAGER, {name: text})
    assert entry is not None
    assert getattr(await now(court), name) == value
    assert (entry.action, entry.target, entry.actor_id) == (AuditAction.SETTINGS_CHANGED, name, "mary")
    assert entry.detail[name].endswith(f"→ {write_field(await now(court), name)}")
    assert await court.settings.change(MANAGER, {name: text}) is None
    await court.moderate.undo(entry.id, MANAGER)
    assert await now(court) == before


@pytest.mark.parametrize("name", TYPED)
async def test_a_setting_is_given_back_to_the_operator(court: Court, name: str) -> None:
    await court.settings.change(MANAGER, {name: TYPED[name][0]})
    await court.settings.change(MANAGER, {name: " Default "})
    assert await now(court) == Community(platform="fake", community_id="guild")


@pytest.mark.parametrize(("name", "text", "code"), WRONG)
async def test_a_wrong_value_changes_nothing(court: Court, name: str, text: str, code: str) -> None:
    assert await code_of(court.settings.change(MANAGER, {"user_waiting": "5", name: text})) == code
    assert await now(court) == Community(platform="fake", community_id="guild")
    assert await court.trail() == []


async def test_a_wrong_time_zone_names_the_nearest(court: Court) -> None:
    with pytest.raises(Refused) as caught:
        await court.settings.change(MANAGER, {"timezone": "Asia/Shanghay"})
    assert caught.value.values["nearest"] == "Asia/Shanghai"
    assert caught.value.values["setting"] == "timezone"


async def test_several_at_once_are_one_entry(court: Court) -> None:
    entry = await court.settings.change(MANAGER, {"user_daily": "5", "monthly": "100", "default_n": "1"})
    assert entry is not None
    assert entry.detail == {"user_daily": "– → 5", "monthly": "– → 100"}


async def test_undo_leaves_what_was_changed_otherwise_since(court: Court) -> None:
    entry = await court.settings.change(MANAGER, {"user_daily": "5"})
    await court.settings.change(MANAGER, {"monthly": "100"})
    assert entry is not None
    await court.moderate.undo(entry.id, MANAGER)
    assert ((await now(court)).user_daily, (await now(court)).monthly) == (None, 100)


async def test_a_style_of_ones_own_may_be_the_default_while_it_is_there(court: Court) -> None:
    added = await court.settings.change(MANAGER, {"styles": "house: in our colours", "default_style": "house"})
    assert (await now(court)).default_style == "house"
    await court.settings.change(MANAGER, {"styles": "other: grey"})
    assert (await now(court)).default_style is None
    assert added is not None
    await court.moderate.undo(added.id, MANAGER)
    assert (await now(court)).styles == {}


async def test_only_managers_change_and_only_who_moderates_reads(court: Court) -> None:
    assert await code_of(court.settings.change(MOD, {"user_daily": "5"})) == "managers-only"
    assert await code_of(court.settings.read(person())) == "moderators-only"
    await court.settings.change(STRANGER, {"user_daily": "5"})
    assert (await court.settings.read(MOD)).user_daily is None


async def test_two_changes_at_a_time_both_stay(court: Court) -> None:
    words = [f"word{index}" for index in range(10)]
    await asyncio.gather(
        *(court.settings.add_word(MOD, word) for word in words), court.settings.change(MANAGER, {"user_daily": "5"})
    )
    assert {blocked.word for blocked in (await now(court)).blocked_words} == set(words)
    assert (await now(court)).user_daily == 5


async def test_words_come_and_go(court: Court) -> None:
    entry = await court.settings.add_word(MOD, "  Rude   Word ", whole=False)
    assert (entry.target, entry.detail) == ("Rude Word", {"whole": "no"})
    assert (await now(court)).blocked_words == (BlockedWord(word="Rude Word", whole=False),)
    assert await code_of(court.settings.add_word(MOD, "rude word")) == "word-there"
    gone = await court.settings.remove_word(MOD, "RUDE WORD")
    assert (await now(court)).blocked_words == ()
    assert await code_of(court.settings.remove_word(MOD, "rude word")) == "word-gone"
    await court.moderate.undo(gone.id, MOD)
    assert (await now(court)).blocked_words == (BlockedWord(word="Rude Word", whole=False),)
    assert (await court.moderate.undo(entry.id, MOD)).entry is not None
    assert (await now(court)).blocked_words == ()


async def test_words_have_their_bounds(court: Court) -> None:
    assert await code_of(court.settings.add_word(MOD, " ... \u200b")) == "word-empty"
    assert await code_of(court.settings.add_word(MOD, "x" * 101)) == "word-too-long"
    assert await code_of(court.settings.add_word(person(), "rude")) == "moderators-only"
    await court.decide(blocked_words=tuple(BlockedWord(word=f"w{index}") for index in range(MOST_WORDS)))
    assert await code_of(court.settings.add_word(MOD, "rude")) == "words-full"


@given(st.sampled_from(sorted(FIELDS)), st.text(max_size=40) | st.from_regex(r"[0-9a-z=,:\n ]{0,40}", fullmatch=True))
def test_whatever_is_typed_is_refused_or_written_so_that_it_reads_the_same(name: str, text: str) -> None:
    try:
        value = read_field(name, text)
    except Refused:
        return
    community = Community(platform="p", community_id="c", **{name: value})
    assert read_field(name, write_field(community, name)) == value


OPERATOR = dataclasses.replace(MANAGER, user_id="operator", name="Operator", operator=True)


async def test_nobody_sets_more_than_the_operator_allows(court: Court) -> None:
    for by in (MANAGER, OPERATOR):
        assert await code_of(court.settings.change(by, {"cooldown": "5", "user_daily": "11"})) == "setting-ceiling"
    assert await now(court) == Community(platform="fake", community_id="guild")


async def test_an_exception_is_the_operators_alone(court: Court) -> None:
    assert await code_of(court.exceptions.change(MANAGER, {"user_daily": "200"})) == "operator-only"
    entry = await court.exceptions.change(OPERATOR, {"user_daily": "200"})
    assert entry is not None
    assert not entry.undoable, "no button offers it to managers"
    assert await code_of(court.moderate.undo(entry.id, MANAGER)) == "operator-only"
    await court.settings.change(MANAGER, {"user_daily": "150"})
    await court.moderate.undo(entry.id, OPERATOR)
    assert (await now(court)).exceptions == Exceptions()
    assert (await court.settings.read(MANAGER)).user_daily == 10


async def test_an_undo_puts_back_no_more_than_the_operator_allows_now(court: Court) -> None:
    await court.exceptions.change(OPERATOR, {"user_daily": "200", "role_daily": "vip=500"})
    await court.settings.change(MANAGER, {"user_daily": "150", "role_daily": "vip=400, member=180"})
    lowered = await court.settings.change(MANAGER, {"user_daily": "5", "role_daily": ""})
    await court.exceptions.change(OPERATOR, {"user_daily": "20", "role_daily": ""})
    assert lowered is not None
    await court.moderate.undo(lowered.id, MANAGER)
    found = await now(court)
    assert (found.user_daily, dict(found.role_daily)) == (20, {"vip": 20, "member": 20})


async def test_a_form_that_sends_back_what_was_cut_changes_nothing(court: Court) -> None:
    await court.exceptions.change(OPERATOR, {"user_daily": "200"})
    await court.settings.change(MANAGER, {"user_daily": "150"})
    await court.exceptions.change(OPERATOR, {"user_daily": "default"})
    shown = await court.settings.read(MANAGER)
    assert shown.user_daily == 10
    entry = await court.settings.change(MANAGER, {"user_daily": write_field(shown, "user_daily"), "cooldown": "5"})
    assert entry is not None
    assert entry.target == "cooldown"
    assert (await now(court)).user_daily == 150, "an exception made later finds it again"


@pytest.mark.parametrize("typed", ["+5", "-3", "+8", "GMT+8"])
def test_an_offset_is_not_answered_with_the_zone_of_the_opposite_sign(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        read_field("timezone", typed)
    assert not str(refused.value.values["nearest"]).startswith("Etc/")
