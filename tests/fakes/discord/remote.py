"""The fake in a process of its own."""

from tests.fakes.apart import FakeApart


class RemoteFakeDiscord(FakeApart):
    """Starts with ann, bob and #general in "atelier"; `post("slash", user="ann", channel="general", …)`."""

    package = "tests.fakes.discord"
