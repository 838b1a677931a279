"""`python -m tests.fakes.slack --port N`: the fake as a process of its own, driven at `/control/…`.

Prints one line of JSON (url, tokens, secret) once it listens, and stops at SIGTERM.
"""

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

from .blocks import Json
from .server import FakeSlack

DEFAULT_WORLD: Json = {
    "users": ["ann", "bob"],
    "teams": {"atelier": {"public": ["general", "sketches"], "private": ["secret"], "bot": ["general", "sketches"]}},
}


def populate(fake: FakeSlack, world: Json) -> None:
    """Users by name (or {"name", "locale", "is_admin"}), workspaces with their channels; everybody is everywhere.

    "manifest": an app manifest; "bot": the channels that the bot is in.
    """
    if "manifest" in world:
        fake.use_manifest(world["manifest"])
    teams = [fake.add_team(name) for name in world["teams"]]
    rows: list[Json] = [{"name": one} if isinstance(one, str) else one for one in world["users"]]
    users = [fake.add_user(row["name"], *teams, **{k: v for k, v in row.items() if k != "name"}) for row in rows]
    for team in teams:
        place = world["teams"][team.name]
        for kind in ("public", "private"):
            for name in place.get(kind) or []:
                bot = name in (place.get("bot") or [])
                fake.add_channel(name, *users, team=team, private=kind == "private", bot=bot)


async def main(port: int, world: Json) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with FakeSlack(port=port) as fake:
        populate(fake, world)
        about = {
            "url": fake.url,
            "origin": fake.origin,
            "token": fake.token,
            "app_token": fake.app.app_token,
            "signing_secret": fake.app.signing_secret,
        }
        sys.stdout.write(json.dumps(about) + "\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.slack")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--world", type=Path, help="JSON: users, teams (channels by kind), manifest")
    arguments = parser.parse_args()
    chosen = json.loads(arguments.world.read_text()) if arguments.world else DEFAULT_WORLD
    asyncio.run(main(arguments.port, chosen))
