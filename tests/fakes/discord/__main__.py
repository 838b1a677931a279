"""`python -m tests.fakes.discord --port N`: the fake as a process of its own, driven at `/control/…`.

Prints one line of JSON (url, token, names and ids) once it listens, and stops at the end of its input or SIGTERM.
"""

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

from .messages import Json
from .server import FakeDiscord

DEFAULT_WORLD: Json = {"users": ["ann", "bob"], "guilds": {"atelier": ["general", "sketches"]}}


def populate(fake: FakeDiscord, world: Json) -> None:
    """Users by name, and guilds with their text channels; everybody is a member everywhere."""
    users = [fake.add_user(name) for name in world["users"]]
    for guild_name, channels in world["guilds"].items():
        guild = fake.add_guild(guild_name, *users)
        for name in channels:
            fake.add_channel(guild, name)


async def main(port: int, world: Json) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with FakeDiscord(port=port) as fake:
        populate(fake, world)
        sys.stdout.write(json.dumps({"url": fake.url, "origin": fake.origin, "token": fake.token}) + "\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.discord")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--world", type=Path, help="JSON: users (names) and guilds (name: channels)")
    arguments = parser.parse_args()
    chosen = json.loads(arguments.world.read_text()) if arguments.world else DEFAULT_WORLD
    asyncio.run(main(arguments.port, chosen))
