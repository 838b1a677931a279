"""The gateway, version 10 with JSON: https://docs.discord.com/developers/events/gateway."""

import asyncio
import contextlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from discord import Intents

from .messages import Json
from .payloads import guild_create_json, user_json
from .world import Guild, World

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, RESUME = 0, 1, 2, 3, 6
RECONNECT, REQUEST_MEMBERS, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 7, 8, 9, 10, 11
HEARTBEAT_INTERVAL_MS = 41_250
AUTHENTICATION_FAILED, INVALID_SHARD, DISALLOWED_INTENTS = 4004, 4010, 4014
PRIVILEGED = Intents(members=True, presences=True, message_content=True).value
ALWAYS = 0  # events that no intent gates, such as INTERACTION_CREATE


@dataclass(eq=False)
class Connection:
    """One socket and the frames that wait to be written to it, in order."""

    request: web.Request
    socket: web.WebSocketResponse
    outbox: "asyncio.Queue[Json]" = field(default_factory=asyncio.Queue)
    session: "Session | None" = None

    def send(self, op: int, data: Any, **more: Any) -> None:
        self.outbox.put_nowait({"op": op, "d": data, "s": None, "t": None} | more)

    async def write(self) -> None:
        # A peer that is gone is noticed by the reading side.
        with contextlib.suppress(aiohttp.ClientConnectionError, ConnectionError):
            while True:
                await self.socket.send_str(json.dumps(await self.outbox.get()))

    def abort(self) -> None:
        if self.request.transport is not None:
            self.request.transport.abort()


@dataclass(eq=False)
class Session:
    """What Discord remembers of a client between connections, to let it resume."""

    id: str
    shard: tuple[int, int]
    intents: int
    presence: Json | None = None
    connection: Connection | None = None
    events: list[Json] = field(default_factory=list)

    def dispatch(self, event: str, data: Json) -> None:
        self.events.append({"s": len(self.events) + 1, "t": event, "d": data})
        if self.connection is not None:
            self._send(self.events[-1])

    def replay(self, after: int) -> None:
        for event in self.events[after:]:
            self._send(event)

    def _send(self, event: Json) -> None:
        assert self.connection is not None
        self.connection.send(DISPATCH, event["d"], s=event["s"], t=event["t"])


class Gateway:
    """Sockets and sessions of the one bot."""

    def __init__(self, world: World, token: str) -> None:
        self._world = world
        self.token = token
        self.url = ""  # known once the server listens
        self.shards = 1
        self.privileged_intents = 0  # those granted in the developer portal
        self.application_flags = 0
        self.acknowledges_heartbeats = True
        self.identifies = 0
        self.resumes = 0
        self.heartbeats = 0
        self.refused: list[int] = []  # close codes given to IDENTIFY
        self.sessions: dict[str, Session] = {}
        self._connections: set[Connection] = set()
        self.on_change: Callable[[], None] = lambda: None

    @property
    def connected(self) -> bool:
        """Whether a bot is there to hear events."""
        return any(session.connection for session in self.sessions.values())

    @property
    def presence(self) -> Json | None:
        """The presence that the bot last set."""
        return next((one.presence for one in reversed(self.sessions.values()) if one.presence), None)

    def dispatch(self, event: str, data: Json, *, guild_id: int | None = None, intent: int = ALWAYS) -> int:
        """Send an event to the shard concerned, if it asked for its kind; direct messages go to shard 0.

        Returns how many live connections it went to.
        """
        sent = 0
        for session in self.sessions.values():
            number, count = session.shard
            mine = number == ((guild_id or 0) >> 22) % count
            if mine and (intent == ALWAYS or session.intents & intent):
                session.dispatch(event, json.loads(json.dumps(data)))
                sent += session.connection is not None
        return sent

    def drop(self) -> None:
        """Cut every connection without a word; sessions can be resumed."""
        for connection in list(self._connections):
            connection.abort()

    async def close_with(self, code: int) -> None:
        """Close every connection with this code."""
        for connection in list(self._connections):
            await connection.socket.close(code=code)

    def ask_to_reconnect(self) -> None:
        """Send op 7."""
        for connection in self._connections:
            connection.send(RECONNECT, None)

    def invalidate(self, *, resumable: bool = False) -> None:
        """Send op 9; unless resumable the sessions are forgotten too."""
        for connection in self._connections:
            connection.send(INVALID_SESSION, resumable)
            connection.session = connection.session if resumable else None
        if not resumable:
            self.sessions.clear()

    def forget_sessions(self) -> None:
        """Let the next RESUME fail, as after a long absence."""
        for session in self.sessions.values():
            session.connection = None
        self.sessions.clear()

    async def close(self) -> None:
        for connection in list(self._connections):
            await connection.socket.close(code=1001)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        connection = Connection(request, socket)
        self._connections.add(connection)
        writer = asyncio.create_task(connection.write())
        connection.send(HELLO, {"heartbeat_interval": HEARTBEAT_INTERVAL_MS})
        try:
            async for frame in socket:
                if frame.type is aiohttp.WSMsgType.TEXT:
                    await self._receive(connection, json.loads(frame.data))
                    self.on_change()
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
            self._connections.discard(connection)
            if connection.session is not None and connection.session.connection is connection:
                connection.session.connection = None
            self.on_change()
        return socket

    async def _receive(self, connection: Connection, frame: Json) -> None:
        op: int = frame["op"]
        data: Any = frame.get("d")
        if op == HEARTBEAT:
            self.heartbeats += 1
            if self.acknowledges_heartbeats:
                connection.send(HEARTBEAT_ACK, None)
        elif op == IDENTIFY:
            await self._identify(connection, data)
        elif op == RESUME:
            self._resume(connection, data)
        elif op == PRESENCE and connection.session is not None:
            connection.session.presence = data
        elif op == REQUEST_MEMBERS and connection.session is not None:
            self._members(connection.session, data)

    async def _identify(self, connection: Connection, data: Json) -> None:
        self.identifies += 1
        number, count = data.get("shard") or (0, 1)
        code = 0
        if data["token"] != self.token:
            code = AUTHENTICATION_FAILED
        elif not 0 <= number < count:
            code = INVALID_SHARD
        elif data["intents"] & PRIVILEGED & ~self.privileged_intents:
            code = DISALLOWED_INTENTS
        if code:
            self.refused.append(code)
            await connection.socket.close(code=code)
            return
        session = Session(secrets.token_hex(16), (number, count), data["intents"], data.get("presence"))
        session.connection = connection
        connection.session = session
        self.sessions[session.id] = session
        mine = [one for one in self._guilds() if (one.id >> 22) % count == number]
        session.dispatch(
            "READY",
            {
                "v": 10,
                "user": user_json(self._world.bot),
                "guilds": [{"id": str(one.id), "unavailable": True} for one in mine],
                "session_id": session.id,
                "resume_gateway_url": self.url,
                "shard": [number, count],
                "application": {"id": str(self._world.application_id), "flags": self.application_flags},
            },
        )
        if session.intents & Intents(guilds=True).value:
            for guild in mine:
                session.dispatch("GUILD_CREATE", guild_create_json(self._world, guild))

    def _resume(self, connection: Connection, data: Json) -> None:
        session = self.sessions.get(data["session_id"])
        if data["token"] != self.token or session is None or data["seq"] > len(session.events):
            connection.send(INVALID_SESSION, False)
            return
        self.resumes += 1
        connection.session = session
        session.connection = connection
        session.replay(data["seq"])
        session.dispatch("RESUMED", {})

    def _members(self, session: Session, data: Json) -> None:
        guild = self._world.guilds[int(data["guild_id"])]
        wanted = data.get("user_ids") or []
        found = [one for one in guild.members.values() if str(one.user.id) in wanted]
        session.dispatch(
            "GUILD_MEMBERS_CHUNK",
            {
                "guild_id": str(guild.id),
                "members": [{"user": user_json(one.user), "roles": [], "joined_at": None, "flags": 0} for one in found],
                "chunk_index": 0,
                "chunk_count": 1,
                "nonce": data.get("nonce"),
            },
        )

    def _guilds(self) -> list[Guild]:
        return [one for one in self._world.guilds.values() if self._world.installed_in(one)]
