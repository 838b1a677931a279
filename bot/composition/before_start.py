"""What is checked before anything starts: the process's role, and the values that only their rooms can read."""

from __future__ import annotations

from enum import StrEnum

from yarl import URL

from bot.composition.network import network_of
from bot.pictures.store import open_pictures
from bot.pictures.visible_label import visible_label
from bot.seedream.addresses import PictureHosts
from bot.settings import Settings, SettingsError
from db.address import database_file, name_for_people, parse
from db.errors import DatabaseProblem


class Role(StrEnum):
    """What one of several processes over one PostgreSQL does; alone, a process does it all."""

    ALL = "all"
    GATEWAY = "gateway"  # hears people: chats' events and the page; its jobs are run by others
    WORKER = "worker"  # runs jobs, and posts by REST

    @property
    def works(self) -> bool:
        return self is not Role.GATEWAY

    @property
    def listens(self) -> bool:
        return self is not Role.WORKER


def check(settings: Settings, role: Role = Role.ALL) -> None:
    """Before anything starts: the values that only their rooms can read. SettingsError with a sentence."""
    if role is not Role.ALL and settings.database_url.startswith("sqlite"):
        raise SettingsError(
            f"--role {role} needs DATABASE_URL=postgresql://…, which processes can share, and DATABASE_URL is "
            f"{name_for_people(parse(settings.database_url))}. On SQLite one process does everything: leave --role out."
        )
    if role is not Role.ALL and settings.provider_url is None:
        raise SettingsError(
            f"--role {role} needs one provider for all processes, and no account is set. Set CHANJING_APP_ID and "
            "CHANJING_SECRET_KEY, or for a trial run `python -m bot sandbox` and set SEEDREAM_SANDBOX_URL."
        )
    network_of(settings)
    try:
        database_file(settings.database_url)
        PictureHosts.of(URL(settings.provider_url or settings.seedream_api_url), settings.trusted_picture_hosts)
        open_pictures(settings.pictures_url)
        if settings.provider_url is None:
            from bot.composition.sandbox import check_sandbox  # noqa: PLC0415 - a painter for those without an account

            check_sandbox(settings)
        visible_label(settings.label_on_pictures, settings.font_path)
    except (DatabaseProblem, ValueError) as error:
        said = str(error)
        if settings.pictures_follow and said.startswith("PICTURES_URL: "):  # which nobody has set
            said = f"DATA_DIR: {said.removeprefix('PICTURES_URL: ')}"
        raise SettingsError(said) from None
