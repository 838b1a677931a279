from __future__ import annotations

import pytest

from bot.domain.allowed_communities import AllowedCommunities
from bot.domain.operator_channel import OperatorChannel
from bot.domain.people import Person


def someone(platform: str, community: str, *names: str) -> Person:
    return Person(platform=platform, community_id=community, user_id="ann", name="Ann", allowed_as=names)


GUILD = someone("discord", "123", "123")
GUILD_BY_INSTALLER = someone("discord", "123", "123", "user-install")
DM = someone("discord", "dm-9", "dm")
GROUP_DM = someone("discord", "dm-8", "user-install")
WORKSPACE = someone("slack", "T0123", "T0123")
IN_A_GRID = someone("slack", "E0123", "T0123", "E0123")
PAGE, TERMINAL = someone("web", "web"), someone("terminal", "terminal")
EVERYWHERE = (GUILD, GUILD_BY_INSTALLER, DM, GROUP_DM, WORKSPACE, IN_A_GRID, PAGE, TERMINAL)


@pytest.mark.parametrize(
    ("text", "served"),
    [
        ("", EVERYWHERE),
        ("all", EVERYWHERE),
        (" ALL", EVERYWHERE),
        ("discord:123", (GUILD, GUILD_BY_INSTALLER, PAGE, TERMINAL)),
        (" discord:7 ,slack:T0123 ", (WORKSPACE, IN_A_GRID, PAGE, TERMINAL)),
        ("discord:dm", (DM, PAGE, TERMINAL)),
        ("discord:user-install", (GUILD_BY_INSTALLER, GROUP_DM, PAGE, TERMINAL)),
        ("slack:E0123", (IN_A_GRID, PAGE, TERMINAL)),
        ("slack:T9", (PAGE, TERMINAL)),
    ],
)
def test_who_is_served(text: str, served: tuple[Person, ...]) -> None:
    allowed = AllowedCommunities.read(text)
    assert tuple(each for each in EVERYWHERE if allowed.serves(each)) == served


def test_without_names_the_community_is_meant() -> None:
    assert AllowedCommunities.read("discord:5").serves(someone("discord", "5"))
    assert not AllowedCommunities.read("discord:5").serves(someone("discord", "6"))


@pytest.mark.parametrize(
    "wrong",
    ["123", "discord", "discord:", "discord:guild", "discord:１２", "slack:t0123", "slack:C0123", "web:web", "irc:1",
     "all,discord:1", "discord:1,,slack:T1", "discord:1;slack:T1", "discord:" + "1" * 21, ","],
)  # fmt: skip
def test_what_names_no_community_is_told_by_itself(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"names no community\. Write a guild as discord:"):
        AllowedCommunities.read(wrong)


def test_the_operators_channel() -> None:
    assert OperatorChannel.read("discord:456") == OperatorChannel(platform="discord", channel_id="456")
    assert OperatorChannel.read("slack:C0123") == OperatorChannel(platform="slack", channel_id="C0123")
    assert OperatorChannel.read(" slack:T1/G2 ").community_id == "T1"


@pytest.mark.parametrize("wrong", ["456", "discord:general", "slack:#general", "slack:U0123", "web:main", "discord:"])
def test_what_names_no_channel(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"names no channel\. Write discord:"):
        OperatorChannel.read(wrong)
