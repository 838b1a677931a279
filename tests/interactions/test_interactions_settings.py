"""Settings, people and the audit trail, on a platform of whole forms and on one of sections."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import TypeVar

import pytest

from bot.domain.card import ButtonAction
from bot.domain.community import Community
from bot.domain.errors import NotAllowed
from bot.interactions.controls import PanelAction
from bot.interactions.forms import Form, FormId
from bot.interactions.inputs import Abilities
from bot.interactions.panels import Panel
from bot.interactions.people_form import DEEDS
from bot.interactions.replies import InvalidFields, Open, Replies, Say, ShowPanel, ShowSettings
from bot.interactions.sections import SECTIONS
from bot.interactions.table import BUTTONS, FORMS, PANELS
from tests.actions.house import House, manager
from tests.db.orders import person
from tests.interactions.given import SECTIONED, WHOLE, Given, do

T = TypeVar("T")
BOTH = pytest.mark.parametrize("abilities", [SECTIONED, WHOLE], ids=["sections", "whole"])


def one(replies: Replies, kind: type[T]) -> T:
    (found,) = [reply for reply in replies if isinstance(reply, kind)]
    return found


def sent(form: Form, abilities: Abilities, **changes: tuple[str, ...]) -> Given:
    """The form as it comes back, with these fields changed."""
    values = {field.name: field.value for field in form.fields} | changes
    return Given(by=manager(), abilities=abilities, target=form.target, values=values)


async def opened(house: House, section: str, abilities: Abilities) -> Form:
    given = Given(by=manager(), abilities=abilities, target=section)
    return one(await do(house, PANELS[PanelAction.SECTION], given), Open).form


async def community(house: House) -> Community:
    return await house.actions.settings.read(manager())


async def decided(house: House, **changes: str) -> None:
    await house.actions.settings.change(manager(), changes)


@pytest.mark.parametrize("section", SECTIONS)
async def test_a_section_that_comes_back_as_it_was_changes_nothing(house: House, section: str) -> None:
    await decided(
        house, default_style="ink", weights="4096=2", channel_daily="a=1, b=2", role_daily="x=1", styles="a: b"
    )
    before = await community(house)
    form = await opened(house, section, SECTIONED)
    assert 0 < len(form.fields) <= 5
    told = one(await do(house, FORMS[form.id], sent(form, SECTIONED)), ShowSettings)
    assert (await community(house), told.done) == (before, ())
    assert "Nothing was changed" in "".join(map(str, told.notice))


async def test_a_whole_form_that_comes_back_as_it_was_changes_nothing(house: House) -> None:
    await decided(house, user_daily="3", default_style="ink", weights="4096=2", channel_daily="a=1", styles="a: b")
    before = await community(house)
    form = one(await do(house, PANELS[PanelAction.HOME], Given(by=manager(), abilities=WHOLE)), Open).form
    assert len({field.name for field in form.fields}) == len(form.fields)
    assert [way.action for way in form.ways] == [PanelAction.HELD, PanelAction.AUDIT]
    await do(house, FORMS[form.id], sent(form, WHOLE))
    assert await community(house) == before


@BOTH
async def test_one_channels_limit_is_set_and_taken_back(house: House, abilities: Abilities) -> None:
    await decided(house, channel_daily="other=7")
    section = "" if abilities.whole_forms else "groups"
    form = await opened(house, section, abilities)
    channel = next(field.name for field in form.fields if field.name.startswith("channel"))
    await do(house, FORMS[form.id], sent(form, abilities, **{channel: ("here",), "channel_daily": ("2",)}))
    assert dict((await community(house)).channel_daily) == {"other": 7, "here": 2}
    await do(house, FORMS[form.id], sent(form, abilities, **{channel: ("here",)}))
    assert dict((await community(house)).channel_daily) == {"other": 7}


@BOTH
async def test_words_come_and_go(house: House, abilities: Abilities) -> None:
    form = await opened(house, "" if abilities.whole_forms else "words", abilities)
    add, remove = [field.name for field in form.fields if field.name.endswith(("add", "remove"))]
    await do(house, FORMS[form.id], sent(form, abilities, **{add: ("weasel\n*stoat*\n黄鼠狼",)}))
    words = {word.word: word.whole for word in (await community(house)).blocked_words}
    assert words == {"weasel": True, "stoat": False, "黄鼠狼": False}
    await do(house, FORMS[form.id], sent(form, abilities, **{remove: ("weasel\nnever there",)}))
    assert len((await community(house)).blocked_words) == 2


@BOTH
async def test_what_is_not_legal_names_its_field_and_saves_nothing(house: House, abilities: Abilities) -> None:
    form = await opened(house, "" if abilities.whole_forms else "limits", abilities)
    with pytest.raises(InvalidFields) as wrong:
        await do(house, FORMS[form.id], sent(form, abilities, user_daily=("many",), monthly=("3",)))
    assert list(wrong.value.wrong) == ["user_daily"]
    assert (await community(house)).monthly is None


@pytest.mark.parametrize("values", [{}, {"unknown": ("1",)}, {"paused": ()}, {"n": ()}])
@pytest.mark.parametrize("section", ["", "no-such-section", "words", "limits"])
async def test_a_form_made_up_by_somebody_changes_nothing(
    house: House, section: str, values: dict[str, tuple[str, ...]]
) -> None:
    before = await community(house)
    await do(house, FORMS[FormId.SETTINGS], Given(by=manager(), target=section, values=values))
    assert await community(house) == before


@pytest.mark.parametrize("action", [PanelAction.HOME, PanelAction.SECTION, PanelAction.PAUSE, PanelAction.USAGE])
@BOTH
async def test_only_those_who_manage_the_community(house: House, action: PanelAction, abilities: Abilities) -> None:
    with pytest.raises(NotAllowed, match="managers-only"):
        await do(
            house, PANELS[action], Given(target="limits" if action is PanelAction.SECTION else "", abilities=abilities)
        )


@pytest.mark.parametrize("action", [PanelAction.AUDIT, PanelAction.HELD, PanelAction.PEOPLE, PanelAction.LIFT])
async def test_only_moderators(house: House, action: PanelAction) -> None:
    with pytest.raises(NotAllowed, match="moderators-only"):
        await do(house, PANELS[action], Given(target="bob.0" if action is PanelAction.LIFT else ""))


class TestPeople:
    async def decide(self, house: House, deed: str, user: str = "bob", abilities: Abilities = WHOLE) -> Replies:
        values = {"person": (user,), "deed": (deed,), "reason": ("too many foxes",)}
        return await do(house, FORMS[FormId.PEOPLE], Given(by=manager(), abilities=abilities, values=values))

    async def held(self, house: House, abilities: Abilities = SECTIONED, page: str = "") -> Panel:
        given = Given(by=manager(), abilities=abilities, target=page)
        return one(await do(house, PANELS[PanelAction.HELD], given), ShowPanel).panel

    @pytest.mark.parametrize(("deed", "hours"), [("lock", 1), ("lock-day", 24), ("lock-week", 168), ("block", None)])
    @BOTH
    async def test_a_lock_lasts_as_long_as_was_chosen(
        self, house: House, deed: str, hours: int | None, abilities: Abilities
    ) -> None:
        await self.decide(house, deed, abilities=abilities)
        (block,) = await house.actions.people.blocked(manager())
        assert block.until == (None if hours is None else house.clock.now() + timedelta(hours=hours))
        assert block.reason == "too many foxes"

    async def test_whole_forms_are_told_with_undo_and_sections_show_the_settings(self, house: House) -> None:
        saved = one(await self.decide(house, "block"), Say).card
        assert [button.label for button in saved.buttons] == ["Undo: blocked"]
        told = one(await self.decide(house, "lift", abilities=SECTIONED), ShowSettings)
        assert [row.button is not None for row in told.done] == [True]

    @pytest.mark.parametrize(("deed", "field"), [("dance", "deed"), ("", "deed"), ("lift", "person")])
    async def test_what_cannot_be_done_is_said_beside_its_field(self, house: House, deed: str, field: str) -> None:
        with pytest.raises(InvalidFields) as wrong:
            await self.decide(house, deed)
        assert list(wrong.value.wrong) == [field]
        with pytest.raises(InvalidFields, match="person"):
            await self.decide(house, "block", user="")

    async def test_pages_of_ten_and_a_lift_that_stays_on_its_page(self, house: House) -> None:
        for number in range(12):
            await self.decide(house, "block", user=f"pest{number}")
        first, second = await self.held(house), await self.held(house, page="1")
        assert [sum(row.button is not None for row in panel.rows) for panel in (first, second)] == [10, 2]
        assert (await self.held(house, page="99")).rows == second.rows
        button = second.rows[-1].button
        assert button is not None
        given = Given(by=manager(), target=button.target)
        panel = one(await do(house, PANELS[PanelAction.LIFT], given), ShowPanel).panel
        assert (len(panel.rows), len(panel.done)) == (1, 1)
        panel = one(await do(house, PANELS[PanelAction.LIFT], given), ShowPanel).panel
        assert panel.done == (), "somebody else was quicker"

    async def test_a_platform_of_whole_forms_has_the_form_below(self, house: House) -> None:
        form = (await self.held(house, WHOLE)).form
        assert form is not None
        assert [value for value, _ in form.fields[1].choices] == list(DEEDS)
        assert (await self.held(house, SECTIONED)).form is None


class TestAudit:
    async def panel(self, house: House, target: str = "", abilities: Abilities = SECTIONED) -> Panel:
        given = Given(by=manager(), abilities=abilities, target=target)
        return one(await do(house, PANELS[PanelAction.AUDIT], given), ShowPanel).panel

    async def test_it_turns_its_pages(self, house: House) -> None:
        for number in range(12):
            await decided(house, user_daily=str(number + 1))
        first = await self.panel(house)
        assert len(first.rows) == 10
        older = first.buttons[-1]
        second = await self.panel(house, older.target)
        assert len(second.rows) == 2
        assert [button.action for button in second.buttons] == [PanelAction.HOME, PanelAction.AUDIT]

    @BOTH
    async def test_an_undo_comes_back_to_the_panel_that_it_was_pressed_on(
        self, house: House, abilities: Abilities
    ) -> None:
        await decided(house, user_daily="5")
        button = (await self.panel(house, abilities=abilities)).rows[0].button
        assert button is not None
        given = Given(by=manager(), abilities=abilities, target=button.target)
        panel = one(await do(house, PANELS[PanelAction.UNDO], given), ShowPanel).panel
        assert panel.name.startswith("audit")
        assert (await community(house)).user_daily is None
        with pytest.raises(NotAllowed, match="already-undone"):
            await do(house, PANELS[PanelAction.UNDO], given)

    async def test_an_undo_on_the_settings_comes_back_to_them(self, house: House) -> None:
        paused = one(await do(house, PANELS[PanelAction.PAUSE], Given(by=manager())), ShowSettings)
        button = paused.done[0].button
        assert button is not None
        told = one(await do(house, PANELS[PanelAction.UNDO], Given(by=manager(), target=button.target)), ShowSettings)
        assert (paused.community.paused, told.community.paused) == (True, False)


async def test_moderators_who_manage_nothing_read_the_trail(house: House) -> None:
    moderator = dataclasses.replace(person("mo"), moderator=True)
    panel = one(await do(house, PANELS[PanelAction.AUDIT], Given(by=moderator)), ShowPanel).panel
    assert panel.text == "Nothing yet."


@pytest.mark.parametrize("target", ["studio.limits", "people.people", "defaults."])
async def test_a_form_that_could_not_be_taken_is_opened_again(house: House, target: str) -> None:
    form = one(await do(house, BUTTONS[ButtonAction.FIX], Given(by=manager(), target=target)), Open).form
    assert f"{form.id}.{form.target}" == target


@pytest.mark.parametrize("target", ["", "x", "studio.x", "form.0123456789ab"])
async def test_a_form_that_is_none_is_not(house: House, target: str) -> None:
    with pytest.raises(NotAllowed, match="draft-gone"):
        await do(house, BUTTONS[ButtonAction.FIX], Given(by=manager(), target=target))
