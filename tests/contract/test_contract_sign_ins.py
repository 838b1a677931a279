"""What every SignIns must do: keep hashes, let one win, end what is ended, and bring a guest's things along."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.defaults import Defaults
from bot.domain.job import JobState
from bot.domain.limits import Limits
from bot.domain.people import Person
from bot.domain.ports import Gallery, GalleryFilter, GalleryQuery, JobStore, PersonalData, SignIns
from bot.domain.sign_in import (
    INVITE_LASTS,
    SESSION_LASTS,
    Credential,
    CredentialKind,
    SignedIn,
    Unusable,
    hashed,
)
from db.sign_ins import SqlSignIns
from tests.db.orders import NOON, PLENTY, bring, counted, order, pictures
from tests.fakes.clock import FakeClock

GUEST = "b-0123456789abcdef"


@pytest.fixture
def sign_ins(engine: AsyncEngine, clock: FakeClock) -> SignIns:
    return SqlSignIns(engine, clock)


def visitor(user_id: str = GUEST, name: str = "Guest 0123") -> Person:
    return Person(platform="web", community_id="web", user_id=user_id, name=name, guest=True)


def session(word: str = "cookie", *, at: datetime = NOON) -> Credential:
    kind = CredentialKind.SESSION
    return Credential(hash=hashed(word), kind=kind, user_id="", created_at=at, expires_at=at + SESSION_LASTS)


async def invited(sign_ins: SignIns, name: str = "Ada", word: str = "invite") -> str:
    """The person's id."""
    person = await sign_ins.add_person(name)
    kind = CredentialKind.INVITE
    await sign_ins.add(
        Credential(
            hash=hashed(word), kind=kind, user_id=person.user_id, created_at=NOON, expires_at=NOON + INVITE_LASTS
        )
    )
    return person.user_id


async def signed_in(
    sign_ins: SignIns, invite: str = "invite", cookie: str = "cookie", *, guest: str | None = None
) -> SignedIn:
    found = await sign_ins.redeem(hashed(invite), CredentialKind.INVITE, session(cookie), guest_id=guest)
    assert isinstance(found, SignedIn), found
    return found


async def drawn(store: JobStore, by: Person, limits: Limits = PLENTY, *, n: int = 1) -> str:
    job = order(by=by, n=n)
    await store.add(job, limits)
    await bring(store, job, JobState.DELIVERING, pictures=pictures(n))
    moving = await store.get(job.id)
    assert moving is not None
    await store.move(moving, JobState.DONE, card_open=False)
    return job.id


async def test_an_invite_signs_in_once(sign_ins: SignIns) -> None:
    user_id = await invited(sign_ins)
    assert isinstance(await sign_ins.find(hashed("invite"), CredentialKind.INVITE), SignedIn)
    found = await signed_in(sign_ins)
    assert (found.user_id, found.name) == (user_id, "Ada")
    again = await sign_ins.redeem(hashed("invite"), CredentialKind.INVITE, session("other"), guest_id=None)
    assert again is Unusable.USED
    assert await sign_ins.find(hashed("other"), CredentialKind.SESSION) is Unusable.UNKNOWN
    assert await sign_ins.find(hashed("invite"), CredentialKind.INVITE) is Unusable.USED


async def test_of_two_browsers_at_once_one_wins(sign_ins: SignIns) -> None:
    await invited(sign_ins)
    tries = [
        sign_ins.redeem(hashed("invite"), CredentialKind.INVITE, session(f"cookie {number}"), guest_id=None)
        for number in range(5)
    ]
    found = await asyncio.gather(*tries)
    assert sorted(isinstance(one, SignedIn) for one in found) == [False] * 4 + [True]
    (person,) = await sign_ins.people()
    assert (person.sessions, person.invites) == (1, 0)


async def test_an_invite_expires(sign_ins: SignIns, clock: FakeClock) -> None:
    await invited(sign_ins)
    await clock.advance(INVITE_LASTS.total_seconds())
    found = await sign_ins.redeem(hashed("invite"), CredentialKind.INVITE, session(), guest_id=None)
    assert found is Unusable.EXPIRED
    assert await sign_ins.redeem(hashed("guess"), CredentialKind.INVITE, session(), guest_id=None) is Unusable.UNKNOWN


async def test_a_secret_is_of_one_kind(sign_ins: SignIns) -> None:
    await invited(sign_ins)
    for kind in set(CredentialKind) - {CredentialKind.INVITE}:
        assert await sign_ins.find(hashed("invite"), kind) is Unusable.UNKNOWN
        assert await sign_ins.redeem(hashed("invite"), kind, session(), guest_id=None) is Unusable.UNKNOWN


async def test_the_same_name_is_the_same_person_also_after_their_access_ended(sign_ins: SignIns) -> None:
    user_id = await invited(sign_ins)
    await signed_in(sign_ins)
    await invited(sign_ins, word="not used")
    ended = await sign_ins.end_person("ADA")
    assert ended is not None
    assert (ended.sessions, ended.invites) == (1, 1)
    for secret, kind in (("cookie", CredentialKind.SESSION), ("not used", CredentialKind.INVITE)):
        assert await sign_ins.find(hashed(secret), kind) is Unusable.UNKNOWN
    assert await invited(sign_ins, "ada", "later") == user_id
    assert await sign_ins.end_person("nobody") is None
    assert [person.name for person in await sign_ins.people()] == ["Ada"]


async def test_signing_out_ends_one_session(sign_ins: SignIns) -> None:
    await invited(sign_ins)
    await invited(sign_ins, word="second")
    await signed_in(sign_ins)
    await signed_in(sign_ins, "second", "phone")
    await sign_ins.end(hashed("cookie"))
    await sign_ins.end(hashed("cookie"))
    assert await sign_ins.find(hashed("cookie"), CredentialKind.SESSION) is Unusable.UNKNOWN
    assert isinstance(await sign_ins.find(hashed("phone"), CredentialKind.SESSION), SignedIn)


async def test_when_somebody_was_seen(sign_ins: SignIns, clock: FakeClock) -> None:
    await invited(sign_ins)
    await signed_in(sign_ins)
    later = NOON + timedelta(days=80)
    await sign_ins.seen(hashed("cookie"), later, later + SESSION_LASTS)
    await clock.advance(timedelta(days=100).total_seconds())
    found = await sign_ins.find(hashed("cookie"), CredentialKind.SESSION)
    assert isinstance(found, SignedIn)
    assert found.seen_at == later
    (person,) = await sign_ins.people()
    assert person.seen_at == later


async def test_a_new_code_replaces_the_one_before(sign_ins: SignIns) -> None:
    def code(secret: str) -> Credential:
        return dataclasses.replace(session(secret), kind=CredentialKind.CODE, user_id=GUEST, opened_by="token")

    await sign_ins.add(code("first"))
    await sign_ins.add(code("second"))
    assert await sign_ins.redeem(hashed("first"), CredentialKind.CODE, session(), guest_id=None) is Unusable.UNKNOWN
    found = await sign_ins.redeem(hashed("second"), CredentialKind.CODE, session(), guest_id=None)
    assert isinstance(found, SignedIn)
    assert (found.user_id, found.name, found.credential.opened_by) == (GUEST, None, "token")


async def test_cookies_of_before_can_be_ended(sign_ins: SignIns) -> None:
    assert not await sign_ins.legacy_ended(GUEST)
    await sign_ins.end_legacy(GUEST, NOON + SESSION_LASTS)
    await sign_ins.end_legacy(GUEST, NOON + SESSION_LASTS)
    assert await sign_ins.legacy_ended(GUEST)
    assert not await sign_ins.legacy_ended("b-other")


# a guest's own things come along


async def test_a_new_name_takes_a_guest_as_they_are_with_jobs_under_way(sign_ins: SignIns, store: JobStore) -> None:
    await invited(sign_ins)
    done = await drawn(store, visitor())
    waiting = order(by=visitor())
    await store.add(waiting, PLENTY)
    before = await store.usage(visitor(), NOON)
    found = await signed_in(sign_ins, guest=GUEST)
    ada = visitor(found.user_id)
    for job_id in (done, waiting.id):
        job = await store.get(job_id)
        assert job is not None
        assert (job.author.user_id, job.author.name) == (found.user_id, "Ada")
    assert await store.usage(ada, NOON) == before
    assert found.credential.guest_id is None


async def test_a_second_device_brings_its_guest_along(
    sign_ins: SignIns, store: JobStore, gallery: Gallery, personal: PersonalData
) -> None:
    await invited(sign_ins)
    ada = visitor((await signed_in(sign_ins)).user_id, "Ada")
    own, theirs = await drawn(store, ada, n=2), await drawn(store, visitor(), n=3)
    for who in (ada, visitor()):
        await gallery.star(own, who, starred=True)
    await gallery.star(theirs, visitor(), starred=True)
    await gallery.vote(own, ada, 1)
    await gallery.vote(own, visitor(), 2)
    await gallery.vote(theirs, visitor(), 3)
    await personal.keep_defaults("web", GUEST, Defaults(n=2))

    await invited(sign_ins, word="second")
    found = await signed_in(sign_ins, "second", "phone", guest=GUEST)

    assert found.user_id == ada.user_id
    mine = await gallery.search(GalleryQuery(gallery_filter=GalleryFilter.MINE, person=ada))
    assert {job.id for job in mine.jobs} == {own, theirs}
    assert {job.author.name for job in mine.jobs} == {"Ada"}
    used = await store.usage(ada, NOON)
    assert (used.today, used.ceilings.user_today, used.ceilings.user_here) == (5, 5, 5)
    assert counted(await store.usage(visitor(), NOON)).today == 0
    opinion = await gallery.opinion(own, ada)
    assert (opinion.stars, opinion.starred, opinion.vote) == (1, True, 1)
    assert (await gallery.opinion(theirs, ada)).vote == 3
    assert await personal.defaults_of("web", ada.user_id) == Defaults(n=2)
    assert await personal.defaults_of("web", GUEST) == Defaults()


async def test_what_is_under_way_comes_along_when_it_has_ended(sign_ins: SignIns, store: JobStore) -> None:
    await invited(sign_ins)
    ada = visitor((await signed_in(sign_ins)).user_id, "Ada")
    await drawn(store, ada)
    job = order(by=visitor())
    await store.add(job, PLENTY)

    await invited(sign_ins, word="second")
    found = await signed_in(sign_ins, "second", "phone", guest=GUEST)
    assert found.credential.guest_id == GUEST
    assert not await sign_ins.bring_along(hashed("phone"))
    await store.move(job, JobState.CANCELLED, card_open=False)
    assert await sign_ins.bring_along(hashed("phone"))
    kept = await store.get(job.id)
    assert kept is not None
    assert kept.author.user_id == ada.user_id
    again = await sign_ins.find(hashed("phone"), CredentialKind.SESSION)
    assert isinstance(again, SignedIn)
    assert again.credential.guest_id is None


async def test_other_devices_of_the_guest_come_along(sign_ins: SignIns) -> None:
    await sign_ins.add(dataclasses.replace(session("tablet"), user_id=GUEST, opened_by="token"))
    await invited(sign_ins)
    found = await signed_in(sign_ins, guest=GUEST)
    tablet = await sign_ins.find(hashed("tablet"), CredentialKind.SESSION)
    assert isinstance(tablet, SignedIn)
    assert (tablet.user_id, tablet.name) == (found.user_id, "Ada")
    await sign_ins.end_person("Ada")
    assert await sign_ins.find(hashed("tablet"), CredentialKind.SESSION) is Unusable.UNKNOWN


async def test_somebody_elses_name_keeps_its_things(sign_ins: SignIns, store: JobStore) -> None:
    await invited(sign_ins)
    ada = await signed_in(sign_ins)
    job_id = await drawn(store, visitor(ada.user_id, "Ada"))
    await invited(sign_ins, "Bob", "for bob")
    bob = await signed_in(sign_ins, "for bob", "bob's", guest=ada.user_id)
    assert bob.user_id != ada.user_id
    job = await store.get(job_id)
    assert job is not None
    assert job.author.user_id == ada.user_id


@pytest.mark.parametrize("deleted", [False, True])
async def test_no_guest_gives_a_used_name_a_new_day(
    sign_ins: SignIns, store: JobStore, personal: PersonalData, *, deleted: bool
) -> None:
    four = Limits(user_daily=4, user_running=100)
    await invited(sign_ins)
    ada = visitor((await signed_in(sign_ins)).user_id, "Ada")
    await drawn(store, ada, four, n=4)
    if deleted:
        await personal.forget("web", ada.user_id)
    await invited(sign_ins, word="second")
    found = await signed_in(sign_ins, "second", "phone", guest=GUEST)
    assert found.user_id == ada.user_id
    assert (await store.usage(ada, NOON)).left_today(four) == 0


async def test_a_name_whose_data_is_deleted_is_unknown_signs_nobody_in_and_is_new_two_days_later(
    sign_ins: SignIns, store: JobStore, personal: PersonalData
) -> None:
    await invited(sign_ins)
    first = await signed_in(sign_ins)
    ada = visitor(first.user_id, "Ada")
    await drawn(store, ada, Limits(user_daily=4, user_running=100), n=1)
    await invited(sign_ins, word="unused")
    await personal.forget("web", ada.user_id)
    assert await sign_ins.person("Ada") is None
    assert await sign_ins.people() == []
    assert await sign_ins.find(first.credential.hash, CredentialKind.SESSION) is Unusable.UNKNOWN
    assert await sign_ins.find(hashed("unused"), CredentialKind.INVITE) is Unusable.UNKNOWN
    assert (await sign_ins.add_person("Ada")).user_id == ada.user_id  # today's limit holds
    await personal.forget("web", ada.user_id)
    await personal.prune(NOON + timedelta(days=3))
    assert (await sign_ins.add_person("Ada")).user_id != ada.user_id
