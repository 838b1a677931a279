"""The same acts over HTTP with JSON, for tests that run the bot and the fake in processes of their own.

POST what `FakeSlack` offers: people, channels, messages and views are named by id or by name.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .acts import Act, CannotDoThat
from .blocks import Json
from .core import Request
from .messages import Message, View
from .payloads import Writer
from .world import Channel, Team, User

if TYPE_CHECKING:
    from .server import FakeSlack

LONGEST_WAIT = 60.0


class Control:
    def __init__(self, fake: "FakeSlack") -> None:
        self._fake = fake

    async def act(self, request: web.Request) -> web.Response:
        """`POST /control/{act}`; 400 with the reason if a person could not do that."""
        acts: dict[str, Callable[[Json], Any]] = {
            "slash": self._slash,
            "press": self._press,
            "select": self._select,
            "shortcut": self._shortcut,
            "mention": self._mention,
            "open_home": self._open_home,
            "submit_view": self._submit_view,
            "close_view": self._close_view,
            "say": self._say,
            "delete": lambda body: self._fake.delete_message(self._message(body["message"])),
            "join": lambda body: self._fake.join(self._channel(body["channel"]), self._user(body["user"])),
            "kick": lambda body: self._fake.kick(self._channel(body["channel"]), self._user(body["user"])),
            "archive": lambda body: setattr(self._channel(body["channel"]), "archived", True),
            "uninstall": lambda body: self._fake.uninstall(self._team(body["team"])),
            "resend": lambda body: self._fake.resend(self._act(body["act"])),
            "fault": self._fault,
            "clear_faults": lambda _: self._fake.faults.clear(),
            "advance": lambda body: self._fake.clock.advance(body["seconds"]),
            "file_seconds": lambda body: setattr(self._fake, "file_seconds", body["seconds"]),
            "deliver_over_http": lambda body: self._fake.deliver_over_http(body["url"]),
            "sockets": self._sockets,
        }
        act = acts.get(request.match_info["act"])
        if act is None:
            return web.json_response({"error": f"acts are {sorted(acts)}"}, status=404)
        try:
            result = act(await request.json() if request.can_read_body else {})
            if asyncio.iscoroutine(result):
                result = await result
        except (CannotDoThat, KeyError, TypeError, ValueError, StopIteration, RuntimeError) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)
        return web.json_response(result if result is not None else {})

    async def look(self, request: web.Request) -> web.Response:
        """`GET /control/acts/{number}?wait=acked|opened|told|answered&timeout=5&contains=`."""
        found, query = self._act(request.match_info["number"]), request.query
        timeout = _timeout(request)
        try:
            if query.get("wait") == "acked":
                await found.acked(timeout)
            elif query.get("wait") == "opened":
                await found.opened(timeout)
            elif query.get("wait") == "told":
                await found.told(query.get("contains", ""), timeout)
            elif query.get("wait") == "answered":
                await found.answered(1, timeout)
        except AssertionError as error:
            return web.json_response({"error": str(error)}, status=408)
        return web.json_response(self._seen(found))

    async def messages(self, request: web.Request) -> web.Response:
        """`GET /control/messages?channel=&user=&contains=&timeout=`: waits for such a message if asked to."""
        channel = self._channel(request.query["channel"])
        viewer, wanted = request.query.get("user"), request.query.get("contains", "")

        def found() -> list[Message]:
            seen = channel.seen_by(self._user(viewer)) if viewer else channel.messages
            return [one for one in seen if wanted in one.words]

        if "timeout" in request.query:
            try:
                await self._fake.until(found, _timeout(request))
            except TimeoutError:
                return web.json_response({"error": f"no message contains {wanted!r}"}, status=408)
        return web.json_response([self._written(one) for one in found()])

    async def state(self, request: web.Request) -> web.Response:
        """`GET /control/{requests|violations|files|world}`."""
        fake = self._fake
        views: dict[str, Callable[[], Any]] = {
            "requests": lambda: [_request(one) for one in fake.requests],
            "violations": lambda: [str(one) for one in fake.violations],
            "files": lambda: [Writer(fake.world, fake.origin).file(one) for one in fake.world.files.values()],
            "world": self._world,
        }
        view = views.get(request.match_info["view"])
        return web.json_response(view() if view else {"error": sorted(views)}, status=200 if view else 404)

    def _world(self) -> Json:
        world = self._fake.world
        return {
            "url": self._fake.url,
            "token": self._fake.token,
            "app_token": self._fake.app.app_token,
            "signing_secret": self._fake.app.signing_secret,
            "connected": self._fake.sockets.connected,
            "teams": {one.name: one.id for one in world.teams.values()},
            "users": {one.name: one.id for one in world.users.values()},
            "channels": {one.name: one.id for one in world.channels.values()},
        }

    async def _slash(self, body: Json) -> Json:
        user, channel = self._user(body["user"]), self._channel(body["channel"])
        return self._seen(await self._fake.slash(user, channel, body["command"], body.get("text", "")))

    async def _press(self, body: Json) -> Json:
        return self._seen(await self._fake.press(self._user(body["user"]), self._where(body), body["button"]))

    async def _select(self, body: Json) -> Json:
        user, where = self._user(body["user"]), self._where(body)
        return self._seen(await self._fake.select(user, where, body["action_id"], *body["values"]))

    async def _shortcut(self, body: Json) -> Json:
        message = self._message(body["message"]) if body.get("message") else None
        return self._seen(await self._fake.shortcut(self._user(body["user"]), message, body["callback_id"]))

    async def _mention(self, body: Json) -> Json:
        thread = self._message(body["thread"]) if body.get("thread") else None
        user, channel = self._user(body["user"]), self._channel(body["channel"])
        return self._seen(await self._fake.mention(user, channel, body["text"], thread))

    async def _open_home(self, body: Json) -> Json:
        return self._seen(await self._fake.open_home(self._user(body["user"])))

    async def _submit_view(self, body: Json) -> Json:
        user, view = self._user(body["user"]), self._fake.world.views[body["view"]]
        return self._seen(await self._fake.submit_view(user, view, body.get("values")))

    async def _close_view(self, body: Json) -> Json:
        user, view = self._user(body["user"]), self._fake.world.views[body["view"]]
        act = await self._fake.close_view(user, view)
        return self._seen(act) if act else {}

    def _say(self, body: Json) -> Json:
        user, channel = self._user(body["user"]), self._channel(body["channel"])
        return self._written(self._fake.say(user, channel, body["text"]))

    def _fault(self, body: Json) -> None:
        """`{"kind": "fail"|"rate_limit"|"lose_answer"|"hold"|"bucket", "method", …}` as in `Faults`.

        What is held passes with `clear_faults`.
        """
        faults = self._fake.faults
        more = {key: value for key, value in body.items() if key not in {"kind", "method"}}
        kinds: dict[str, Callable[..., Any]] = {
            "fail": faults.fail,
            "rate_limit": faults.rate_limit,
            "lose_answer": faults.lose_answer,
            "hold": faults.hold,
            "bucket": faults.bucket,
        }
        kinds[body["kind"]](body["method"], **more)

    async def _sockets(self, body: Json) -> None:
        """`{"do": "drop"}` or `{"do": "disconnect", "reason": …}`"""
        if body["do"] == "drop":
            self._fake.sockets.drop()
        else:
            await self._fake.sockets.disconnect(body.get("reason", "refresh_requested"))

    def _user(self, key: str) -> User:
        return next(one for one in self._fake.world.users.values() if key in {one.id, one.name})

    def _channel(self, key: str) -> Channel:
        world = self._fake.world
        if key.startswith("@"):
            return self._fake.add_dm(self._user(key[1:]))
        return next(one for one in world.channels.values() if key in {one.id, one.name})

    def _team(self, key: str) -> Team:
        return next(one for one in self._fake.world.teams.values() if key in {one.id, one.name})

    def _act(self, key: str) -> Act:
        return self._fake.acts[int(key)]

    def _message(self, ts: str) -> Message:
        rooms = self._fake.world.channels.values()
        return next(room.all_messages[ts] for room in rooms if ts in room.all_messages)

    def _where(self, body: Json) -> Message | View:
        if "view" in body:
            return self._fake.world.views[body["view"]]
        return self._message(body["message"])

    def _written(self, message: Message) -> Json:
        body = Writer(self._fake.world, self._fake.origin).message(message, metadata=True)
        return body | {
            "channel": message.channel_id,
            "words": message.words,
            "labels": message.labels,
            "ephemeral": message.ephemeral,
            "pings": sorted(message.pings),
            "versions": message.versions,
            "alt_texts": [one.alt_text for one in message.pictures],
        }

    def _view(self, view: View | None) -> Json | None:
        if view is None:
            return None
        return {
            "id": view.id,
            "title": view.title,
            "words": view.words,
            "filled": view.filled,
            "errors": view.errors,
            "closed": view.closed,
            "labels": view.labels,
        }

    def _seen(self, act: Act) -> Json:
        return {
            "id": str(self._fake.acts.index(act)),
            "acked": act.ack is not None,
            "ack": act.ack.payload if act.ack else None,
            "latency": act.ack.latency if act.ack else None,
            "failure": act.failure,
            "deliveries": act.deliveries,
            "view": self._view(act.view),
            "shown": [self._written(one) for one in act.shown],
            "answers": [self._written(one) for one in act.answers],
            "home": self._view(act.user.home),
        }


def _timeout(request: web.Request) -> float:
    return min(float(request.query.get("timeout", "5")), LONGEST_WAIT)


def _request(one: Request) -> Json:
    return {
        "method": one.method,
        "args": one.args,
        "at": one.at.isoformat(),
        "status": one.status,
        "error": one.error,
    }


def add_routes(app: web.Application, fake: "FakeSlack") -> None:
    control = Control(fake)
    app.router.add_get("/control/messages", control.messages)
    app.router.add_get("/control/acts/{number}", control.look)
    app.router.add_get("/control/{view}", control.state)
    app.router.add_post("/control/{act}", control.act)
