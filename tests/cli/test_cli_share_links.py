from __future__ import annotations

from datetime import timedelta

import pytest

from bot.composition.acting import Stores
from bot.domain.job import Job, new_job_id
from bot.domain.moderation import AuditAction
from bot.domain.ports import NewAudit
from bot.domain.share_link import ShareLink
from bot.runtime.clock import SystemClock
from tests.cli.shop import Shop
from tests.db.orders import person


def linked(shop: Shop, job: Job) -> str:
    now = SystemClock().now()
    link = ShareLink(
        id=new_job_id(),
        job_id=job.id,
        platform=job.author.platform,
        user_id=job.author.user_id,
        created_at=now,
        ends_at=now + timedelta(days=7),
    )

    async def add(stores: Stores) -> None:
        assert await stores.share_links.add(link, NewAudit.by(job.author, AuditAction.LINK_MADE, job.id), most=9)

    shop.run(add)
    return link.id


def test_the_operator_lists_links_and_ends_one(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHARE_LINK_DAYS", "30")
    job, other = shop.drawn(), shop.drawn(by=person("bob"))
    link, theirs = linked(shop, job), linked(shop, other)
    assert {row["id"] for row in shop.json("share-links", "list")} == {link, theirs}
    (row,) = shop.json("share-links", "list", "--user", "ann")
    assert (row["id"], row["job"], row["user"], row["prompt"]) == (link, job.id, "ann", False)
    assert [row["id"] for row in shop.csv("share-links", "list", "--job", other.id)] == [theirs]
    assert job.id in shop.done("share-links", "end", link)
    assert [row["id"] for row in shop.json("share-links", "list")] == [theirs]
    assert "ended already" in shop.refused("share-links", "end", link)
    (entry,) = shop.json("audit", "list", "--action", "link-ended")
    assert (entry["actor"], entry["target"]) == ("Operator", job.id)


def test_where_links_are_off_none_shows_anything(shop: Shop) -> None:
    link = linked(shop, shop.drawn())
    assert shop.json("share-links", "list") == []
    shop.done("share-links", "end", link)
