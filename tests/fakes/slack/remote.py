"""The fake in a process of its own."""

from tests.fakes.apart import FakeApart


class RemoteFakeSlack(FakeApart):
    """Starts with ann, bob and #general in "atelier"; `post("slash", user="ann", channel="general", …)`."""

    package = "tests.fakes.slack"
    about = ("url", "origin", "token", "app_token", "signing_secret")

    app_token: str
    signing_secret: str
