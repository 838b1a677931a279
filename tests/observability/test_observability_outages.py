"""An outage is one line when it begins and one when it is over, whichever parts of the process notice it."""

import asyncio

from structlog.testing import capture_logs

from bot.observability.outages import Outage


def test_many_parts_that_notice_the_same_say_it_once() -> None:
    outage = Outage("database")
    with capture_logs() as logs:
        for _ in range(20):
            for part in ("save", "read", "beat", "listen"):
                outage.away(part, "it is stopping")
        outage.works("beat")
        outage.works("listen")
        outage.away("beat", "it is starting")
        outage.works("save", "read", "jobs")
        outage.works("beat")
        outage.works("beat")
    told = [(entry["event"], entry["store"], entry.get("error")) for entry in logs]
    assert told == [("store_unavailable", "database", "it is stopping"), ("store_recovered", "database", None)]


def test_what_never_failed_says_nothing() -> None:
    outage = Outage("database")
    with capture_logs() as logs:
        outage.works("save")
    assert logs == []


async def test_a_save_that_fits_on_a_full_disk_is_not_the_end_of_the_outage() -> None:
    outage = Outage("database", settle_seconds=0.01)
    with capture_logs() as logs:
        for _ in range(3):
            outage.away("save", "it can't grow")
            outage.works("save")
        assert [entry["event"] for entry in logs] == ["store_unavailable"]
        await asyncio.sleep(0.02)
        outage.away("save", "it can't grow")
    assert [entry["event"] for entry in logs] == ["store_unavailable", "store_recovered", "store_unavailable"]
