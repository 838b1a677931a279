"""docs/performance.md is what `make bench` wrote, and every measurement that it names is there."""

from __future__ import annotations

import importlib.util
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from string import Template

import pytest

from bench import growth, large_database
from bench.__main__ import NAMES, document, operating
from bench.machine import described
from bench.plot import Panel, exponent, svg
from bench.real_pickup import section, section_of
from bench.start import MEMORY
from bench.tables import Size, Table, ratio
from bot.domain.ports import GalleryFilter, GalleryQuery
from db.engine import open_database
from db.gallery import SqlGallery
from tests.project.tree import ROOT, read

MARK = "<!-- Written by `make bench` from bench/performance.md.in; what is typed here is lost with the next run. -->"
MACHINE = described([1.0, 2.0], (0.0, 0.0))


def test_the_document_is_what_the_command_wrote() -> None:
    written = read("docs/performance.md")
    assert MARK in written
    assert "*Not measured in this run.*" not in written
    # All words of the template are there, in their order: nobody typed between them.
    place = 0
    for words in re.split(r"\$\w+", read("bench/performance.md.in")):
        assert words in written[place:]
        place = written.index(words, place) + len(words)


def test_every_measurement_that_is_named_exists() -> None:
    named = set(re.findall(r"`(?:python -m )?(bench\.\w+)`", read("docs/performance.md") + read("bench/README.md")))
    assert {f"bench.{name}" for name in NAMES} <= named
    assert [name for name in named if importlib.util.find_spec(name) is None] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_measurement_hands_over_tables_and_has_its_place(name: str) -> None:
    assert callable(importlib.import_module(f"bench.{name}").figures)
    assert f"${name}\n" in read("bench/performance.md.in")
    assert f"| `bench.{name}` |" in read("bench/README.md")


def test_every_placeholder_is_filled() -> None:
    words = Template(read("bench/performance.md.in"))
    assert words.is_valid()
    assert set(words.get_identifiers()) == {*NAMES, "machine", "run", "most_found", "real_pickup"}
    table = Table("Speed", [("jobs | done", 3, "1 ms")], ("n", "took"))
    written = document({name: [table] for name in NAMES}, MACHINE, Size.TINY, 60)
    assert written.count("**Speed**") == len(NAMES)
    assert "$" not in written


def test_what_the_real_program_was_measured_to_do_stays_in_the_document() -> None:
    table = Table("Speed", [("jobs", 3)])
    before = section(read("docs/performance.md"), "measured")
    assert section_of(before) == "measured"
    after = document({name: [table] for name in NAMES}, MACHINE, Size.TINY, 60, before)
    assert section_of(after) == "measured"
    assert section(after, "again").replace("again", "measured") == after


def test_the_memory_of_an_operator_comes_from_the_same_run() -> None:
    before = read("docs/operating.md")
    between = before.partition("<!-- memory, by make bench -->")[2].partition("<!-- end of memory -->")[0]
    assert f"**{MEMORY}**" in between
    after = operating(before, {"start": [Table("Start", [("a", 1)]), Table(MEMORY, [("the page", "1 MB")], ("idle",))]})
    assert "| the page | 1 MB |" in after
    assert after.replace("| the page | 1 MB |", "").count("**") < before.count("**") + 2
    assert operating(before, {}) == before


def test_a_table_in_both_forms() -> None:
    table = Table("Two ways", [("calls", 3, "2.5 ×"), ("a | b", "", "–")], ("Easel", "ratio"))
    assert str(table).splitlines()[1:] == [
        "Two ways",
        "         Easel  ratio",
        "  calls  3      2.5 ×",
        "  a | b         –",
    ]
    assert table.markdown().splitlines()[2:] == [
        "|  | Easel | ratio |",
        "| --- | --- | --- |",
        "| calls | 3 | 2.5 × |",
        "| a \\| b |  | – |",
    ]
    assert ratio(10, 4) == "2.5 ×"
    assert ratio(10, 0) == ratio(float("inf"), 1) == "–"


def test_the_exponent_of_what_grows() -> None:
    assert exponent({10: 5.0, 100: 5.0, 1000: 5.0}) == pytest.approx(0)
    assert exponent({10: 3.0, 100: 30.0, 1000: 300.0}) == pytest.approx(1)
    assert exponent({10: 1.0, 100: 100.0}) == pytest.approx(2)
    drawn = svg([Panel("ms", {"a <b>": {10: 1.0, 100: 10.0}}, {"a <b>": {10: 2.0, 100: 2.0}})])
    assert drawn.startswith("<svg ")
    assert "a &lt;b&gt;: n^1.00" in drawn
    assert (ROOT / "docs/images/growth.svg").read_text(encoding="utf-8").startswith("<svg ")


async def test_the_questions_about_a_large_database_are_answered_on_a_small_one(tmp_path: Path) -> None:
    file = tmp_path / "easel.db"
    url = f"sqlite+aiosqlite:///{file}"
    await large_database.make(url, file, 400)
    asked = await large_database.ask(url)
    assert len(asked) > 30
    async with open_database(url) as engine:
        mine = GalleryQuery(gallery_filter=GalleryFilter.MINE, person=growth.PERSON)
        assert (await SqlGallery(engine).search(mine)).total == 40  # a tenth


async def test_what_grows_is_what_people_do_and_what_is_naive_reads_the_same_rows(tmp_path: Path) -> None:
    file = tmp_path / "easel.db"
    url = f"sqlite+aiosqlite:///{file}"
    await large_database.make(url, file, 30, every=1)
    async with open_database(url) as engine:
        for name, act in growth.acts(engine, tmp_path).items():
            assert await act() is not None or name == "history"
        with closing(sqlite3.connect(file)) as connection:
            assert {name: bool(work(connection)) for name, work in growth.NAIVE.items()} == {
                "acceptance": False,
                "history": True,
                "gallery": True,
                "usage": True,
            }
