from __future__ import annotations

import io
import json
import zipfile

import pytest

from tests.web.conftest import Site
from tests.web.test_web_presses import drawn

TOKEN = "a long random text of the operator"


async def test_usage_is_a_card_and_rows(page: Site) -> None:
    await drawn(page, "a fox x3")
    status, answer = await page.get("/api/usage?period=week&lang=en")
    assert status == 200
    assert answer["card"]["status"] == ["3 pictures in 1 request"]
    assert (answer["group"], len(answer["rows"]), answer["rows"][-1]["delivered"]) == ("day", 7, 3)
    _, answer = await page.get("/api/usage?period=year")
    assert (answer["group"], len(answer["rows"])) == ("month", 12)


@pytest.mark.parametrize("query", ["scope=nobody", "period=ever", "group=x"])
async def test_usage_of_nonsense_is_a_400(page: Site, query: str) -> None:
    assert (await page.get(f"/api/usage?{query}"))[0] == 400


async def test_guests_see_their_own_usage_and_the_days_of_all(site: Site) -> None:
    async with site.open(token=TOKEN) as page:
        await page.sign_in(TOKEN)
        assert (await page.get("/api/usage"))[0] == 200
        assert (await page.get("/api/usage?scope=community"))[0] == 200
        status, answer = await page.get("/api/usage?scope=community&group=person")
        assert (status, answer["error"]["code"]) == (403, "usage-managers-only")
        status, answer = await page.get("/api/usage.csv?scope=community")
        assert (status, answer["error"]["code"]) == (403, "usage-managers-only")
        status, answer = await page.get("/api/usage?scope=everywhere")
        assert (status, answer["error"]["code"]) == (403, "usage-operator-only")


async def test_the_ledger_as_a_file(page: Site) -> None:
    job_id = await drawn(page)
    async with page.client.get(f"{page.server.url}/api/usage.csv") as response:
        assert response.status == 200
        assert response.headers["Content-Type"].startswith("text/csv")
        assert "attachment" in response.headers["Content-Disposition"]
        assert job_id in await response.text(encoding="utf-8-sig")


async def test_a_gallery_has_pages_words_and_shelves(page: Site) -> None:
    ids = []
    for number in range(8):
        ids.append(await drawn(page, f"a fox number {number}"))
        page.clock.jump(60)
    _, found = await page.get("/api/gallery")
    assert (found["page"], found["pages"], found["total"]) == (0, 2, 8)
    assert [item["id"] for item in found["items"]] == ids[:1:-1]
    assert found["items"][0]["pictures"][0]["thumb"] == f"/pictures/{ids[-1]}/1?size=thumb"
    _, found = await page.get("/api/gallery?page=1")
    assert [item["id"] for item in found["items"]] == [ids[1], ids[0]]
    _, found = await page.get("/api/gallery?page=99")
    assert found["page"] == 1
    _, found = await page.get("/api/gallery?q=FOX+5")
    assert [item["id"] for item in found["items"]] == [ids[5]]
    await page.post(f"/api/jobs/{ids[3]}/star")
    _, found = await page.get("/api/gallery?shelf=starred")
    assert [item["id"] for item in found["items"]] == [ids[3]]
    _, found = await page.get("/api/gallery?shelf=here&q=nothing&lang=en")
    assert (found["items"], found["status"]) == ([], "Nothing with “nothing” in it.")


@pytest.mark.parametrize("query", ["page=-1", "page=x", "page=12345", "shelf=theirs"])
async def test_a_gallery_of_nonsense_is_a_400(page: Site, query: str) -> None:
    assert (await page.get(f"/api/gallery?{query}"))[0] == 400


async def test_one_result_with_all_there_is_to_say(page: Site) -> None:
    words = "a fox " + "in the snow " * 40
    job_id = await drawn(page, words)
    status, answer = await page.get(f"/api/show/{job_id}")
    card = answer["message"]["card"]
    assert (status, card["prompt"]) == (200, words.strip())
    assert card["command"] == f"/imagine {words.strip()}"
    assert (await page.get("/api/show/000000000000"))[0] == 404


async def test_results_of_one_person_among_those_that_a_reader_sees(site: Site) -> None:
    async with site.open(token=TOKEN) as page:
        await page.sign_in(TOKEN)
        shown, secret = await drawn(page, "a fox"), await drawn(page, "an owl")
        await page.post(f"/api/actions/share/{shown}", {})
        _, session = await page.get("/api/session")
        page.client.cookie_jar.clear()
        await page.sign_in(TOKEN)  # somebody else
        assert (await page.get("/api/results/people"))[1] == {"people": []}
        _, answer = await page.get("/api/results/people?shelf=here&lang=en")
        assert answer == {"people": [{"value": session["name"], "label": session["name"]}]}
        own = await drawn(page, "a hen")
        _, answer = await page.get("/api/results/people?shelf=here")
        assert len(answer["people"]) == 2
        _, found = await page.get(f"/api/results?shelf=here&person={session['name'].replace(' ', '+')}")
        assert [item["id"] for item in found["items"]] == [shown]
        _, found = await page.get("/api/results?shelf=here")
        assert {item["id"] for item in found["items"]} == {shown, own}
        assert secret not in str(found)
        assert (await page.get("/api/results/people?shelf=theirs"))[0] == 400


async def test_the_family_of_a_result(page: Site) -> None:
    first = await drawn(page, "a fox")
    page.clock.jump(60)
    second = await drawn(page, "a red fox", parent=first)
    _, answer = await page.get(f"/api/jobs/{second}/family?lang=en")
    assert [(item["id"], item["parent"], item["prompt"]) for item in answer["items"]] == [
        (first, None, "a fox"),
        (second, first, "a red fox"),
    ]
    assert (await page.get("/api/jobs/000000000000/family"))[0] in {403, 404}


async def test_chosen_results_as_one_zip(page: Site) -> None:
    first, second = await drawn(page, "a fox n:2"), await drawn(page, "an owl")
    async with page.client.get(f"{page.server.url}/api/results.zip?ids={first},{second},000000000000") as response:
        assert (response.status, response.headers["Content-Type"]) == (200, "application/zip")
        with zipfile.ZipFile(io.BytesIO(await response.read())) as archive:
            assert archive.testzip() is None
            names = [f"easel-{first}-1.png", f"easel-{first}-2.png", f"easel-{second}-1.png"]
            assert archive.namelist() == names
            async with page.client.get(f"{page.server.url}/pictures/{first}/1") as picture:
                assert archive.read(names[0]) == await picture.read()
    for nonsense, status in (("", 400), ("x", 400), (",".join([first] * 2 + ["x"]), 400), ("000000000000", 404)):
        assert (await page.get(f"/api/results.zip?ids={nonsense}"))[0] == status


async def test_own_prompts_complete(page: Site) -> None:
    await drawn(page, "a red fox")
    await drawn(page, "a blue whale")
    assert (await page.get("/api/prompts?q=fox"))[1] == {"prompts": ["a red fox"]}
    assert (await page.get("/api/prompts?q=zebra"))[1] == {"prompts": []}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("/usage", "usage"),
        ("/usage everybody week", "usage"),
        ("/usage 本周 大家", "usage"),
        ("/gallery", "gallery"),
        ("/gallery starred fox", "gallery"),
        ("/gallery fox", "gallery"),
        ("/why", "why"),
        ("/help", "help"),
        ("/studio", "studio"),
        ("/defaults", "defaults"),
        ("/MyData export", "mydata"),
    ],
)
async def test_every_command_has_an_answer_of_its_name(page: Site, text: str, name: str) -> None:
    await page.manage()
    status, answer = await page.post("/api/commands", {"text": text})
    assert (status, set(answer)) == (200, {"now", name})


async def test_a_typed_command_means_what_it_says(page: Site) -> None:
    job_id = await drawn(page)
    _, answer = await page.post("/api/commands", {"text": "/usage everybody year"})
    assert (answer["usage"]["scope"], answer["usage"]["period"]) == ("community", "year")
    _, answer = await page.post("/api/commands", {"text": "/gallery here FOX"})
    assert (answer["gallery"]["shelf"], answer["gallery"]["words"]) == ("here", "FOX")
    _, answer = await page.post("/api/commands", {"text": f"/show {job_id.upper()}"})
    assert answer["show"]["message"]["id"] == job_id


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("/usage since ever", "unknown-word"),
        ("/show", "no-id"),
        ("/show 000000000000", "job-gone"),
        ("/mydata", "export-or-delete"),
        ("/mydata burn", "export-or-delete"),
        ("/usag", "nearly-command"),
    ],
)
async def test_what_is_not_understood_is_said(page: Site, text: str, code: str) -> None:
    status, answer = await page.post("/api/commands", {"text": text})
    assert status in {400, 404}
    assert answer["error"]["code"] == code


async def test_ones_own_defaults_hold_from_then_on_and_are_taken_back(page: Site) -> None:
    status, answer = await page.post("/api/defaults?lang=en", {"changes": {"ratio": "16:9", "n": "2"}})
    assert status == 200
    assert answer["card"]["status"] == ["Your defaults are saved."]
    _, answer = await page.get("/api/defaults?lang=zh-CN")
    assert [field["value"] for field in answer["fields"]] == ["16:9", "2", "-", "-"]
    assert answer["fields"][0]["label"] == "比例"
    assert answer["fields"][0]["choices"][0] == {"value": "-", "label": "和这里大家一样"}
    _, answer = await page.post("/api/commands", {"text": "a fox"})
    assert (answer["job"]["ratio"], answer["job"]["n"]) == ("16:9", 2)
    assert (await page.post("/api/defaults", {"changes": {"ratio": "-"}}))[0] == 200
    _, answer = await page.get("/api/defaults")
    assert [field["value"] for field in answer["fields"]] == ["-", "2", "-", "-"]


@pytest.mark.parametrize("changes", [None, [], {"user_daily": "1"}, {"n": 2}])
async def test_defaults_that_no_form_sends_change_nothing(page: Site, changes: object) -> None:
    status, answer = await page.post("/api/defaults", {"changes": changes})
    assert (status, answer["error"]["code"]) == (400, "bad-request")


async def test_a_wrong_default_names_its_field(page: Site) -> None:
    status, answer = await page.post("/api/defaults?lang=en", {"changes": {"n": "2", "ratio": "5:4"}})
    assert (status, answer["error"]["code"], answer["error"]["field"]) == (400, "setting-choice", "ratio")
    assert "5:4" in answer["error"]["message"]
    _, answer = await page.get("/api/defaults")
    assert [field["value"] for field in answer["fields"]] == ["-", "-", "-", "-"]


async def test_my_data_to_take_home(page: Site) -> None:
    job_id = await drawn(page)
    async with page.client.get(f"{page.server.url}/api/mydata") as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == "application/zip"
        data = await response.read()
        assert len(data) == int(response.headers["Content-Length"])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {"jobs.json", "usage.csv", "README.txt"} <= set(archive.namelist())
        assert json.loads(archive.read("jobs.json"))[0]["id"] == job_id


async def test_my_data_forgotten_after_being_sure(page: Site) -> None:
    await drawn(page)
    status, answer = await page.post("/api/mydata/delete", {"sure": "yes"})
    assert (status, answer["error"]["code"]) == (400, "not-sure")
    assert len((await page.get("/api/history"))[1]["messages"]) == 1
    status, answer = await page.post("/api/mydata/delete?lang=en", {"sure": True})
    assert status == 200
    assert "your requests, pictures and words are deleted" in "".join(answer["card"]["status"])
    assert (await page.get("/api/history"))[1]["messages"] == []
    assert page.picture_store.kept == {}


async def test_strangers_look_nothing_up(site: Site) -> None:
    async with site.open(token=TOKEN) as page:
        for path in (
            "usage",
            "usage.csv",
            "gallery",
            "show/000000000000",
            "why",
            "prompts",
            "mydata",
            "defaults",
            "studio",
        ):
            assert (await page.get(f"/api/{path}"))[0] == 401, path
