"""The same acts over HTTP with JSON, for tests that run the bot and the fake in processes of their own.

POST what `FakeDiscord` offers: people, channels and guilds are named by id or by name.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .call import Upload
from .core import Request
from .interactions import Interaction, NotAnswered
from .messages import Json, Message
from .options import CannotDoThat
from .payloads import attachment_json
from .world import Channel, User

if TYPE_CHECKING:
    from .server import FakeDiscord

LONGEST_WAIT = 60.0


class Control:
    def __init__(self, fake: "FakeDiscord") -> None:
        self._fake = fake

    async def act(self, request: web.Request) -> web.Response:
        """`POST /control/{act}`; 400 with the reason if a person could not do that."""
        acts: dict[str, Callable[[Json], Any]] = {
            "slash": self._slash,
            "autocomplete": self._autocomplete,
            "context_menu": self._context_menu,
            "press": self._press,
            "select": self._select,
            "submit_modal": self._submit_modal,
            "say": self._say,
            "delete": self._delete,
            "permit": self._permit,
            "fault": self._fault,
            "clear_faults": lambda _: self._fake.faults.clear(),
            "advance": lambda body: self._fake.clock.advance(body["seconds"]),
            "gateway": self._gateway,
            "seen_at": lambda body: self._fake.seen_at(body["origin"]),
        }
        act = acts.get(request.match_info["act"])
        if act is None:
            return web.json_response({"error": f"acts are {sorted(acts)}"}, status=404)
        try:
            result = act(await request.json() if request.can_read_body else {})
            if asyncio.iscoroutine(result):
                result = await result
        except (CannotDoThat, KeyError, TypeError, ValueError) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)
        except NotAnswered as error:
            return web.json_response({"error": str(error)}, status=408)
        return web.json_response(result if result is not None else {})

    async def interaction(self, request: web.Request) -> web.Response:
        """`GET /control/interactions/{id}?wait=answered|shown&timeout=5`."""
        found = self._interaction(request.match_info["id"])
        wait, timeout = request.query.get("wait"), _timeout(request)
        try:
            if wait == "answered":
                await found.answered(timeout)
            elif wait == "shown":
                await found.shown(timeout)
        except (AssertionError, TimeoutError) as error:
            return web.json_response({"error": str(error)}, status=408)
        return web.json_response(self._seen(found))

    async def messages(self, request: web.Request) -> web.Response:
        """`GET /control/messages?channel=&user=&contains=&timeout=`: waits for such a message if asked to."""
        channel = self._channel(request.query["channel"])
        viewer, wanted = request.query.get("user"), request.query.get("contains", "")

        def found() -> list[Message]:
            seen = channel.seen_by(self._user(viewer)) if viewer else channel.messages
            return [one for one in seen if wanted in one.text]

        if "timeout" in request.query:
            try:
                await self._fake.until(found, _timeout(request))
            except TimeoutError:
                return web.json_response({"error": f"no message contains {wanted!r}"}, status=408)
        return web.json_response([self._message(one) for one in found()])

    async def state(self, request: web.Request) -> web.Response:
        """`GET /control/{requests|violations|commands|world}`."""
        fake = self._fake
        views: dict[str, Callable[[], Any]] = {
            "requests": lambda: [_request(one) for one in fake.requests],
            "violations": lambda: [str(one) for one in fake.violations],
            "commands": lambda: {str(key): list(value.values()) for key, value in fake.commands.items()},
            "world": self._world,
        }
        view = views.get(request.match_info["view"])
        return web.json_response(view() if view else {"error": sorted(views)}, status=200 if view else 404)

    def _world(self) -> Json:
        fake = self._fake
        return {
            "url": fake.url,
            "token": fake.token,
            "connected": fake.gateway.connected,
            "connections": sum(one.connection is not None for one in fake.gateway.sessions.values()),
            "users": {one.name: str(one.id) for one in fake.world.users.values()},
            "guilds": {one.name: str(one.id) for one in fake.world.guilds.values()},
            "channels": {one.name: str(one.id) for one in fake.world.channels.values()},
        }

    async def _slash(self, body: Json) -> Json:
        options = {name: self._value(value) for name, value in (body.get("options") or {}).items()}
        return self._seen(
            await self._fake.slash(
                self._user(body["user"]),
                self._channel(body["channel"]),
                body["name"],
                options,
                locale=body.get("locale"),
            )
        )

    async def _autocomplete(self, body: Json) -> Json:
        user, channel = self._user(body["user"]), self._channel(body["channel"])
        started = await self._fake.autocomplete(user, channel, body["name"], body["focused"], body["typed"])
        await started.answered()
        return self._seen(started)

    async def _context_menu(self, body: Json) -> Json:
        user, channel = self._user(body["user"]), self._channel(body["channel"])
        target = self._user(body["target_user"]) if "target_user" in body else self._find(body["message"])
        return self._seen(await self._fake.context_menu(user, channel, body["name"], target))

    async def _press(self, body: Json) -> Json:
        user, message = self._user(body["user"]), self._find(body["message"])
        return self._seen(await self._fake.press(user, message, body["button"], locale=body.get("locale")))

    async def _select(self, body: Json) -> Json:
        user, message = self._user(body["user"]), self._find(body["message"])
        values = [self._value(one) for one in body["values"]]
        return self._seen(await self._fake.select(user, message, body["custom_id"], *values))

    async def _submit_modal(self, body: Json) -> Json:
        shown = self._interaction(body["interaction"])
        return self._seen(await self._fake.submit_modal(shown.user, shown, body.get("values")))

    def _say(self, body: Json) -> Json:
        user, channel = self._user(body["user"]), self._channel(body["channel"])
        return self._message(self._fake.say(user, channel, body["content"]))

    def _delete(self, body: Json) -> None:
        self._fake.delete_message(self._find(body["message"]))

    def _permit(self, body: Json) -> None:
        self._fake.permit(self._user(body["user"]), self._channel(body["channel"]), **body["permissions"])

    def _fault(self, body: Json) -> None:
        """`{"kind": "fail"|"page"|"rate_limit"|"lose_answer"|"hold", "method", "path", …}` as in `Faults`.

        What is held passes with `clear_faults`.
        """
        more = {key: value for key, value in body.items() if key not in {"kind", "method", "path"}}
        kinds: dict[str, Callable[..., Any]] = {
            "fail": self._fake.faults.fail,
            "page": self._fake.faults.page,
            "rate_limit": self._fake.faults.rate_limit,
            "lose_answer": self._fake.faults.lose_answer,
            "hold": self._fake.faults.hold,
        }
        kinds[body["kind"]](body["method"], body["path"], **more)

    async def _gateway(self, body: Json) -> None:
        gateway = self._fake.gateway
        if body["do"] == "close":
            await gateway.close_with(body["code"])
            return
        acts: dict[str, Callable[[], None]] = {
            "drop": gateway.drop,
            "reconnect": gateway.ask_to_reconnect,
            "invalidate": gateway.invalidate,
        }
        acts[body["do"]]()

    def _user(self, key: str) -> User:
        return next(one for one in self._fake.world.users.values() if str(key) in {str(one.id), one.name})

    def _channel(self, key: str) -> Channel:
        found = (c for c in self._fake.world.channels.values() if str(key) in {str(c.id), c.name})
        return next(found)

    def _interaction(self, key: str) -> Interaction:
        return next(one for one in self._fake.interactions.values() if str(one.id) == str(key))

    def _find(self, key: str) -> Message:
        return next(
            channel.all_messages[int(key)]
            for channel in self._fake.world.channels.values()
            if int(key) in channel.all_messages
        )

    def _value(self, value: Any) -> Any:
        """Options in JSON: `{"user": …}`, `{"channel": …}` and `{"upload": name, "text": …}` stand for things."""
        if not isinstance(value, dict):
            return value
        if "user" in value:
            return self._user(value["user"])
        if "channel" in value:
            return self._channel(value["channel"])
        return Upload(value["upload"], value["text"].encode())

    def _message(self, message: Message) -> Json:
        now = self._fake.clock.seconds()
        body = self._fake.writer.write(message)
        return body | {
            "text": message.text,
            "labels": message.labels,
            "loading": message.loading,
            "ephemeral": message.ephemeral,
            "pings": sorted(message.pings),
            "versions": message.versions,
            "files": [attachment_json(self._fake.cdn, message.channel_id, one, now) for one in message.shown_files],
        }

    def _seen(self, interaction: Interaction) -> Json:
        answer, modal = interaction.answer, interaction.modal
        return {
            "id": str(interaction.id),
            "answered": answer is not None,
            "latency": answer.latency if answer else None,
            "type": int(answer.type) if answer else None,
            "message": self._message(interaction.message) if interaction.message else None,
            "followups": [self._message(one) for one in interaction.followups],
            "modal": {"title": modal.title, "values": modal.values} if modal else None,
            "choices": interaction.choices,
        }


def _timeout(request: web.Request) -> float:
    return min(float(request.query.get("timeout", "5")), LONGEST_WAIT)


def _request(one: Request) -> Json:
    return {
        "method": one.method,
        "path": one.path,
        "query": one.query,
        "payload": one.payload,
        "files": one.files,
        "at": one.at.isoformat(),
        "status": one.status,
        "code": one.code,
    }


def add_routes(app: web.Application, fake: "FakeDiscord") -> None:
    control = Control(fake)
    app.router.add_get("/control/messages", control.messages)
    app.router.add_get("/control/interactions/{id}", control.interaction)
    app.router.add_get("/control/{view}", control.state)
    app.router.add_post("/control/{act}", control.act)
