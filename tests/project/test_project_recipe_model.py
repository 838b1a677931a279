"""The recipe of CONTRIBUTING.md for a model, followed in a copy: only what it names has to be touched."""

from __future__ import annotations

import pytest

from tests.project.program_copy import Copy
from tests.project.tree import read

TOY_MODEL = """TOY = ModelSpec(
    code="toy-1",
    name="Toy 1.0",
    ratios=("1:1", "2:1"),
    clarities=(512, 768),
    most_pictures=2,
    takes_pictures=True,
    default_ratio="2:1",
    default_clarity=512,
)

"""


CARDS = """
import asyncio, json
from bot.cards import job_card, more_card
from bot.cards.result_buttons import result_buttons
from bot.domain.report import JobReport, DurationEstimate
from bot.domain.variant import shapes, sharper
from cogs import described_commands
from db.engine import open_database
from db.jobs import SqlJobStore
from bot.runtime.clock import SystemClock

async def told():
    async with open_database("sqlite+aiosqlite:///" + {file!r}) as engine:
        store = SqlJobStore(engine, SystemClock())
        for job_id in {ids!r}:
            job = await store.get(job_id)
            estimate = DurationEstimate(usual_low=1, usual_high=2, slow_after=3)
            card = job_card(JobReport(job=job, estimate=estimate), \"en\")
            sharp = sharper(job.request)
            yield {{
                "model": job.request.model,
                "notes": str(card.notes),
                "shapes": [request.ratio for _, request in shapes(job.request)],
                "hd": None if sharp is None else sharp.clarity,
            }}

async def main():
    imagine = next(one for one in described_commands() if one.name == "imagine")
    choices = {{p.name: [c.value for c in p.choices] for p in imagine.parameters}}
    print(json.dumps({{"jobs": [one async for one in told()], "choices": choices}}))

asyncio.run(main())
"""


@pytest.mark.slow
def test_a_model(copy: Copy) -> None:
    old = copy.imagine("a red fox ratio:16:9 1k")
    models = "bot/domain/models.py"
    copy.insert(models, "# Of all jobs that were ever accepted", TOY_MODEL)
    copy.replace(models, "for spec in (SEEDREAM_3,)", "for spec in (SEEDREAM_3, TOY)")
    copy.replace(models, "MODEL = SEEDREAM_3", "MODEL = TOY")
    assert copy.touched() == {models}
    assert models in read("CONTRIBUTING.md")

    new = copy.imagine("a red fox clarity:768 n:2")
    assert (new["state"], new["ratio"], new["clarity"], len(new["pictures"])) == ("done", "2:1", 768, 2)
    assert [picture["width"] / picture["height"] for picture in new["pictures"]] == pytest.approx([2, 2], rel=0.01)
    wrong = copy.imagine("a red fox ratio:16:9 n:4", code=2)["error"]["message"]
    assert "16:9" in wrong
    assert "2:1" in wrong

    file = str(copy.home / "data/easel.db")
    told = copy.told(CARDS.format(file=file, ids=[old["id"], new["id"]]))
    was, now = told["jobs"]
    assert (was["model"], was["hd"]) == ("doubao-seedream-3.0-t2i", 2048)
    assert "Seedream 3.0" in was["notes"]
    assert was["shapes"] == ["1:1", "3:4", "4:3", "9:16"]
    assert (now["model"], now["shapes"], now["hd"]) == ("toy-1", ["1:1"], None)
    assert "Toy 1.0" in now["notes"]
    assert told["choices"]["ratio"] == ["1:1", "2:1"]
    assert told["choices"]["clarity"] == [512, 768]
    assert told["choices"]["n"] == [1, 2]
