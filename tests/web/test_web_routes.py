"""Every route of the page for everybody who may knock: nobody, a guest, somebody with a name, a manager, the operator.

A route without its row fails the test: whoever adds one says here who may use it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
from aiohttp import web
from cryptography.fernet import Fernet

from bot.actions import Actions
from bot.actions.invites import Invites
from bot.composition.app import routes_beside_the_page
from bot.composition.operator_actions import OperatorActions
from bot.composition.operator_api import OperatorApi
from bot.domain.models import MODEL
from bot.drawing.raster import Raster
from bot.pictures.fit import PictureFitter
from bot.platforms.slack import OAuthApp, SealedInstallations, SlackConfig, SlackPlatform
from db.slack_installations import SqlSlackInstallations
from tests.db.orders import PLENTY, order
from tests.web.conftest import CALLBACK_SECRET, LOCAL_SECRET, OPERATOR, Site

TOKEN = "a long random text of the operator"
WHO = ("nobody", "guest", "named", "manager", "operator")


Statuses = tuple[int, int, int, int, int]


class Row(NamedTuple):
    """What each of WHO is answered, with `body` where it writes. A job in the path is another guest's."""

    statuses: Statuses
    body: Mapping[str, Any] = MappingProxyType({})


EVERYBODY, SIGNED_IN, NOBODY = (200,) * 5, (401, 200, 200, 200, 200), (404,) * 5
MANAGERS: Statuses = (401, 403, 403, 200, 200)
ROWS: Mapping[tuple[str, str], Row] = {
    ("GET", "/"): Row(EVERYBODY),
    ("GET", "/static/{version}/{name}"): Row(NOBODY),  # of another version
    ("GET", "/healthz"): Row(EVERYBODY),
    ("GET", "/readyz"): Row(EVERYBODY),
    ("GET", "/metrics"): Row(SIGNED_IN),
    ("POST", "/seedream/callback/{secret}"): Row(EVERYBODY),  # who knows the secret
    ("POST", "/slack/events"): Row((401,) * 5),  # who doesn't sign as Slack does
    ("GET", "/slack/install"): Row((302,) * 5),  # on to Slack's own page
    ("GET", "/slack/oauth"): Row((400,) * 5),  # without a state of ours
    # Signing in and out
    ("GET", "/api/session"): Row(SIGNED_IN),
    ("POST", "/api/session"): Row((401,) * 5, {"token": "a guess"}),
    ("DELETE", "/api/session"): Row((204,) * 5),
    ("POST", "/api/session/code"): Row((401, 200, 200, 403, 403)),
    ("POST", "/api/invite"): Row((401,) * 5, {"invite": "a guess"}),
    # Asking and looking up
    ("POST", "/api/commands"): Row((401, 202, 202, 202, 202), {"text": "a hen"}),
    ("POST", "/api/preview"): Row(SIGNED_IN, {"text": "a hen"}),
    ("GET", "/api/jobs/{id}"): Row(SIGNED_IN),
    ("GET", "/api/jobs/{id}/series"): Row(SIGNED_IN),
    ("GET", "/api/jobs/{id}/family"): Row(SIGNED_IN),
    ("GET", "/api/results.zip"): Row((401, 400, 400, 400, 400)),  # nothing is chosen
    ("GET", "/api/jobs/{target}/more"): Row(SIGNED_IN),
    ("GET", "/api/show/{id}"): Row(SIGNED_IN),
    ("GET", "/pictures/{job}/{index}"): Row(SIGNED_IN),
    ("GET", "/api/history"): Row(SIGNED_IN),
    ("GET", "/api/events"): Row(SIGNED_IN),
    ("GET", "/api/options"): Row(SIGNED_IN),
    ("GET", "/api/gallery"): Row(SIGNED_IN),
    ("GET", "/api/results"): Row(SIGNED_IN),
    ("GET", "/api/results/people"): Row(SIGNED_IN),
    ("GET", "/api/prompts"): Row(SIGNED_IN),
    ("GET", "/api/styles"): Row(SIGNED_IN),
    ("GET", "/api/usage"): Row(SIGNED_IN),
    ("GET", "/api/usage.csv"): Row(SIGNED_IN),
    ("GET", "/api/why"): Row(SIGNED_IN),
    ("GET", "/api/defaults"): Row(SIGNED_IN),
    ("GET", "/api/mydata"): Row(SIGNED_IN),
    # What somebody decides for themselves, and about what others have made
    ("POST", "/api/defaults"): Row(SIGNED_IN, {"changes": {"n": "2"}}),
    ("POST", "/api/mydata/delete"): Row(SIGNED_IN, {"sure": True}),
    ("POST", "/api/actions/{action}/{target}"): Row((401, 403, 403, 200, 200)),
    ("POST", "/api/jobs/{target}/{action}"): Row((401, 403, 403, 200, 200)),
    ("POST", "/api/jobs/{target}/report"): Row(SIGNED_IN),
    ("POST", "/api/forms/{form}/{target}"): Row(SIGNED_IN),
    ("POST", "/api/drafts/{target}/{action}"): Row((401, 404, 404, 404, 404)),  # there is none
    ("POST", "/api/appeals/{target}"): Row((401, 403, 403, 403, 403)),  # there is nothing to appeal
    # Sharing with who has the link
    ("GET", "/api/share-links"): Row(SIGNED_IN),
    ("POST", "/api/jobs/{id}/share-links"): Row((401, 403, 403, 403, 403), {"days": 7}),  # another's
    ("DELETE", "/api/share-links/{link}"): Row((401, 404, 404, 404, 404)),  # there is none
    ("GET", "/share/{token}"): Row(NOBODY),  # not signed by us
    ("GET", "/share/{token}/{index}"): Row(NOBODY),
    # Managing the page
    ("GET", "/api/studio"): Row(MANAGERS),
    ("GET", "/api/studio/audit"): Row(MANAGERS),
    ("POST", "/api/studio/settings"): Row(MANAGERS, {"changes": {"user_daily": "20"}}),
    ("POST", "/api/studio/pause"): Row((401, 403, 403, 400, 400)),  # nothing is said
    ("POST", "/api/studio/words"): Row((401, 403, 403, 400, 400)),
    ("POST", "/api/studio/styles"): Row(MANAGERS, {"name": "house", "words": "bold lines"}),
    ("POST", "/api/studio/people"): Row(MANAGERS, {"person": "b-0000", "deed": "block"}),
    ("POST", "/api/studio/sandbox"): Row((401, 403, 403, 400, 400)),  # no sandbox draws here
    ("POST", "/api/studio/undo/{entry}"): Row((401, 403, 403, 403, 403)),  # there is no such entry
    ("POST", "/api/studio/reports/{job}/{deed}"): Row(MANAGERS),
    # OpenAI's clients: whoever carries a token as Bearer; a cookie is none
    ("GET", "/v1/models"): Row((401, 401, 401, 401, 200)),
    ("GET", "/v1/models/{model}"): Row((401, 401, 401, 401, 200)),
    ("POST", "/v1/images/generations"): Row((401, 401, 401, 401, 400)),  # nothing is said
    # The operator's terminal: for everybody else there is nothing here
    ("POST", "/api/operator/jobs/{id}/cancel"): Row((404, 404, 404, 404, 409)),  # finished
    ("POST", "/api/operator/audit/{id}/undo"): Row((404, 404, 404, 404, 403)),  # there is no such entry
    ("POST", "/api/operator/people/{platform}/{id}/forget"): Row((404, 404, 404, 404, 200)),
}
FILLS = {
    "version": "x",
    "name": "x.js",
    "index": "1",
    "model": MODEL.code,
    "secret": CALLBACK_SECRET,
    "action": "delete",
    "form": "defaults",
    "deed": "remove",
    "entry": "999",
    "platform": "web",
    "link": "000000000000",
    "token": "000000000000.made-up",
}
# Whose paths name a job; the operator's own are not of the page.
OF_A_JOB = re.compile(r"\{(id|job|target)\}")
OF_JOBS = [(method, path) for method, path in ROWS if OF_A_JOB.search(path) and "operator" not in path]


@pytest.fixture
def whole(site: Site) -> Site:
    """With the routes that others add to the page's server."""

    def more(actions: Actions) -> list[web.RouteDef]:
        operator_api = OperatorApi(
            operator_actions=OperatorActions(stores=site.stores, actions=actions), local_secret=LOCAL_SECRET
        )
        slack = SlackPlatform(
            SlackConfig(
                signing_secret="s",
                api_url="http://127.0.0.1:9",
                oauth=OAuthApp(client_id="1", client_secret="s", public_url="https://easel.example.org"),
            ),
            actions=actions,
            raster=Raster(),
            pictures=PictureFitter(site.picture_store),
            notes=site.store,
            clock=site.clock,
            installations=SealedInstallations(
                SqlSlackInstallations(site.store._engine), keys=[Fernet.generate_key().decode()]
            ),
        )
        return routes_beside_the_page(operator_api, slack)

    site.more_routes = more
    site.share_link_days = 30
    return site


async def knocking(page: Site, who: str) -> dict[str, str]:
    """The headers that somebody sends; a session of their own each time, for one may be ended."""

    async def cookie(**secret: str) -> dict[str, str]:
        page.client.cookie_jar.clear()
        async with page.client.post(f"{page.server.url}/api/session", json=secret) as answer:
            assert answer.status == 204
        found = next(one.value for one in page.client.cookie_jar)
        page.client.cookie_jar.clear()
        return {"Cookie": f"easel={found}"}

    match who:
        case "nobody":
            return {}
        case "guest":
            return await cookie(token=TOKEN)
        case "named":
            invites = Invites(sign_ins=page.stores.sign_ins, clock=page.clock)
            return await cookie(invite=(await invites.invite("Ada")).secret)
        case "manager":
            return await cookie(secret=LOCAL_SECRET)
        case _:
            return OPERATOR


AUTHOR = {"Authorization": f"Bearer {TOKEN}"}


async def drawn(page: Site, *, shared: bool = True) -> str:
    """A finished job of somebody else's."""
    async with page.client.post(f"{page.server.url}/api/commands", json={"text": "a fox"}, headers=AUTHOR) as answer:
        job_id = (await answer.json())["job"]["id"]
    await page.finished(job_id)
    if shared:
        assert (await page.post(f"/api/actions/share/{job_id}", headers=AUTHOR))[0] == 200
    return str(job_id)


def routes(page: Site) -> list[tuple[str, str]]:
    assert page.server._runner is not None
    app = page.server._runner.app
    return [
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    ]


def filled(path: str, job_id: str) -> str:
    use = {**FILLS, "action": "use"} if "drafts" in path else FILLS
    return re.sub(r"\{(\w+)[^}]*\}", lambda found: use.get(found[1], job_id), path)


async def status_of(page: Site, method: str, path: str, headers: dict[str, str], body: Mapping[str, Any]) -> int:
    json = None if method == "GET" else dict(body)
    url = f"{page.server.url}{path}"
    async with page.client.request(method, url, json=json, headers=headers, allow_redirects=False) as answer:
        return answer.status


async def test_every_route_has_its_row(whole: Site) -> None:
    async with whole.open(token=TOKEN) as page:
        assert set(routes(page)) == set(ROWS)


@pytest.mark.parametrize(("method", "path"), ROWS)
async def test_who_is_answered_what(whole: Site, method: str, path: str) -> None:
    row, found = ROWS[method, path], []
    async with whole.open(token=TOKEN) as page:
        for who in WHO:
            headers = await knocking(page, who)
            job_id = await drawn(page) if OF_A_JOB.search(path) else ""
            found.append(await status_of(page, method, filled(path, job_id), headers, row.body))
    assert tuple(found) == row.statuses


@pytest.mark.parametrize(("method", "path"), OF_JOBS)
async def test_what_is_not_shared_is_not_there_for_others(whole: Site, method: str, path: str) -> None:
    async with whole.open(token=TOKEN) as page:
        secret = await drawn(page, shared=False)
        for who in ("guest", "named"):
            headers = await knocking(page, who)
            found, never = [
                await status_of(page, method, filled(path, job_id), headers, ROWS[method, path].body)
                for job_id in (secret, "zzzzzzzzzzzz")
            ]
            assert found == never, who


@pytest.mark.parametrize(("method", "path"), OF_JOBS)
async def test_a_job_of_another_platform_is_not_there(whole: Site, method: str, path: str) -> None:
    """Whoever knows its id learns no more than of one that never was."""
    async with whole.open(token=TOKEN) as page:
        elsewhere = order("a secret fox")  # on Discord
        await page.store.add(elsewhere, PLENTY)
        for who in WHO:
            headers = await knocking(page, who)
            there, nowhere = [
                await status_of(page, method, filled(path, each), headers, ROWS[method, path].body)
                for each in (elsewhere.id, "000000000000")
            ]
            assert there == nowhere
            assert there >= 400 or "/forms/" in path  # whose target is none


def test_every_route_of_the_pages_api_is_documented() -> None:
    document = (Path(__file__).parents[2] / "docs/page-api.md").read_text("utf-8")
    ours = [(method, path) for method, path in ROWS if path.startswith("/api/") and "operator" not in path]
    missing = [f"{method} {path}" for method, path in ours if f"`{method} {path}`" not in document]
    assert not missing
