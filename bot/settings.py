"""Everything that can be set, from the environment or `.env`. Only app and __main__ import this.

The names are those of docs/settings.md; a wrong value is a SettingsError that names the setting and what is legal.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, PrivateAttr, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.sources.utils import parse_env_vars

from bot.configuration import values
from bot.configuration.env_file import EnvFile, EnvFileProblem, read_env_file
from bot.configuration.faults import sentence_of
from bot.configuration.near_misses import in_environment, in_file
from bot.configuration.together import VENDOR_URL, contradictions, store_keys, way_into_slack, without_effect
from bot.domain.allowed_communities import AllowedCommunities
from bot.domain.limits import Ceilings, Limits
from bot.domain.operator_channel import OperatorChannel
from bot.domain.share_link import LONGEST_DAYS
from bot.domain.url_login import login_of, secrets_of

_MOST = 1_000_000_000  # of a limit

Reader = Callable[[str], object]


def _whole(least: int, most: int, example: int) -> Reader:
    return lambda text: values.whole_number(text, least, most, example)


def _above_zero(most: int, example: float) -> Reader:
    return lambda text: values.number_above_zero(text, most, example)


def _address(example: str, *, path: bool = True) -> Reader:
    return lambda text: values.web_address(text, example=example, path=path)


def _known(read: Callable[[str], object]) -> Reader:
    """Kept as it is written, once it can be read."""
    return lambda text: (read(text), text)[1]


# What reads the values that are more than words: a ValueError says what would be legal.
_READERS: Mapping[str, Reader] = {
    "chanjing_app_id": values.seen_whole,
    "chanjing_secret_key": values.seen_whole,
    "chanjing_access_token": values.one_word,
    "seedream_api_url": _address(VENDOR_URL),
    "seedream_sandbox_url": _address("http://sandbox:8090"),
    "seedream_qps": _above_zero(1000, 5),
    "http_proxy": values.escaped,
    "https_proxy": values.escaped,
    "ssl_cert_file": values.path,
    "discord_token": values.one_word,
    "discord_api_url": _address("https://example.com/api/v10"),
    "discord_shard_count": _whole(1, 10_000, 2),
    "discord_gateway": values.one_of_several,
    "slack_bot_token": values.one_word,
    "slack_app_token": values.one_word,
    "slack_signing_secret": values.seen_whole,
    "slack_client_id": values.seen_whole,
    "slack_client_secret": values.seen_whole,
    "slack_api_url": _address("https://example.com/api"),
    "slack_serve_strangers": values.yes_or_no,
    "data_dir": values.path_in_a_url,
    "web_host": values.listening_host,
    "web_port": values.port,
    "web_token": values.long_word,
    # The page calls its API and its files by paths from the root.
    "public_url": _address("https://easel.example.com", path=False),
    "metrics_token": values.long_word,
    "trusted_proxies": _known(values.networks),
    "share_link_days": _whole(1, LONGEST_DAYS, 30),
    "limit_user_daily": _whole(0, _MOST, 50),
    "limit_user_running": _whole(1, _MOST, 3),
    "limit_user_waiting": _whole(0, _MOST, 7),
    "limit_community_monthly": _whole(0, _MOST, 1000),
    "limit_total_daily": _whole(0, _MOST, 1000),
    "limit_total_monthly": _whole(0, _MOST, 20_000),
    "limit_guests_daily": _whole(0, _MOST, 200),
    "allowed_communities": _known(AllowedCommunities.read),
    "timezone": values.time_zone,
    "operator_channel": _known(OperatorChannel.read),
    "retention_days": _whole(1, 3650, 30),
    "retention_gb": _above_zero(1_000_000, 50),
    "label_on_pictures": values.short_line,
    "font_path": values.font_file,
    "log_format": lambda text: values.one_of(text, ("console", "json")),
    "log_level": lambda text: values.one_of(text, ("debug", "info", "warning", "error")),
}
_ENV_FILE: ContextVar[EnvFile | None] = ContextVar("_ENV_FILE", default=None)  # read already


class SettingsError(Exception):
    """A sentence for the operator: which setting, what is wrong, what would be legal. It holds no secret."""


class EnvFileError(SettingsError):
    """The file `.env` is there and can't be read."""


class _FromFile(DotEnvSettingsSource):
    """The file `.env` of the working directory, by our own reader, which says what is wrong with it."""

    def _read_env_files(self) -> Mapping[str, str | None]:
        file = _ENV_FILE.get() or read_env_file(Path(".env"))
        return parse_env_vars(dict(file.values), self.case_sensitive, self.env_ignore_empty, None)


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_ignore_empty=True,  # `DISCORD_TOKEN=` in .env means that it isn't there
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,  # a mistyped token must not end up in a terminal's scroll-back
    )

    chanjing_app_id: str | None = None
    chanjing_secret_key: SecretStr | None = None
    chanjing_access_token: SecretStr | None = None
    seedream_api_url: str = VENDOR_URL
    seedream_sandbox_url: str | None = None
    seedream_qps: float = 5

    picture_hosts: str = ""

    http_proxy: SecretStr | None = None
    https_proxy: SecretStr | None = None
    no_proxy: str = ""
    ssl_cert_file: Path | None = None

    discord_token: SecretStr | None = None
    discord_api_url: str | None = None
    discord_shard_count: int | None = None
    discord_gateway: str | None = None

    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_client_id: str | None = None
    slack_client_secret: SecretStr | None = None
    slack_store_key: SecretStr | None = None
    slack_api_url: str | None = None
    slack_serve_strangers: bool = False

    data_dir: Path = Path("data")
    database_url: str = ""
    pictures_url: str = ""

    web_host: str = "127.0.0.1"
    web_port: int = 8080
    web_token: SecretStr | None = None
    public_url: str | None = None
    metrics_token: SecretStr | None = None
    trusted_proxies: str | None = None
    share_link_days: int | None = None

    limit_user_daily: int = 50
    limit_user_running: int = 3
    limit_user_waiting: int = 7
    limit_community_monthly: int | None = None
    limit_total_daily: int | None = None
    limit_total_monthly: int | None = None
    limit_guests_daily: int = 200
    allowed_communities: str = "all"
    timezone: str = "UTC"
    operator_channel: str | None = None
    retention_days: int | None = None
    forget_communities_days: int = Field(default=30, ge=1, le=36_500)
    retention_gb: float | None = None

    label_on_pictures: str | None = None
    font_path: Path | None = None

    log_format: Literal["console", "json"] | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    _near_misses: tuple[str, ...] = PrivateAttr(default=())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - ours takes its place
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - there are none
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _FromFile(settings_cls)

    @property
    def near_misses(self) -> tuple[str, ...]:
        """Sentences about what has no effect: names that are nearly settings, lines of `.env` that say nothing."""
        return self._near_misses

    @field_validator("*", mode="before")
    @classmethod
    def _read(cls, value: object, info: ValidationInfo) -> object:
        read = _READERS.get(info.field_name or "")
        if read is None or value is None:
            return value
        return read(value.get_secret_value() if isinstance(value, SecretStr) else str(value))

    @model_validator(mode="after")
    def _together(self) -> Self:
        if found := list(contradictions(self)):
            raise ValueError("\n".join(found))
        return self

    @property
    def discord_shards(self) -> tuple[tuple[int, ...], int] | None:
        """The shards of this process, and how many there are in all; None leaves both to Discord."""
        if self.discord_gateway is None and self.discord_shard_count is None:
            return None
        place, number = (int(part) for part in (self.discord_gateway or "0/1").split("/"))
        count = self.discord_shard_count or number
        ids = tuple(shard for shard in range(count) if shard % number == place)
        return (ids, count) if ids else None

    @property
    def proxy_networks(self) -> values.Networks:
        """Whose X-Forwarded-* headers are believed."""
        return values.networks(self.trusted_proxies or "")

    @property
    def trusted_picture_hosts(self) -> tuple[str, ...]:
        return tuple(host for part in self.picture_hosts.split(",") if (host := part.strip()))

    @property
    def slack_store_keys(self) -> list[str]:
        """The newest first."""
        return store_keys(self)

    @model_validator(mode="before")
    @classmethod
    def _as_meant(cls, given: Any) -> Any:
        """Values as a shell would hand them over; database and pictures live in DATA_DIR unless they say otherwise."""
        if not isinstance(given, dict):
            return given
        meant = {name: values.unquoted(value) if isinstance(value, str) else value for name, value in given.items()}
        for name, expand in (("database_url", values.database_url), ("pictures_url", values.pictures_url)):
            if isinstance(meant.get(name), str):
                meant[name] = expand(meant[name])
        try:
            data_dir = values.path(str(meant.get("data_dir") or "data"))
        except ValueError:  # the field's own validator says so
            data_dir = Path("data")
        meant.setdefault("database_url", f"sqlite+aiosqlite:///{data_dir.as_posix()}/easel.db")
        meant.setdefault("pictures_url", values.file_url(data_dir / "pictures"))
        return meant

    @property
    def pictures_follow(self) -> bool:
        """Whether the pictures are in DATA_DIR, since PICTURES_URL says nothing else."""
        return self.pictures_url == values.file_url(self.data_dir / "pictures")

    @property
    def slack_lacks(self) -> str:
        """Why Slack stays off although some of its settings are there; nothing where it doesn't."""
        return way_into_slack(self)

    @property
    def uses_sandbox(self) -> bool:
        """Without credentials the sandbox stands in for the provider."""
        return self.chanjing_app_id is None and self.chanjing_access_token is None

    @property
    def provider_url(self) -> str | None:
        """Where the provider is; None where the program starts a sandbox of its own. An account never goes to one."""
        return self.seedream_sandbox_url if self.uses_sandbox else self.seedream_api_url

    @property
    def allowed(self) -> AllowedCommunities:
        return AllowedCommunities.read(self.allowed_communities)

    @property
    def operator_place(self) -> OperatorChannel | None:
        return None if self.operator_channel is None else OperatorChannel.read(self.operator_channel)

    @property
    def limits(self) -> Limits:
        return Limits(
            user_daily=self.limit_user_daily,
            user_running=self.limit_user_running,
            user_waiting=self.limit_user_waiting,
            community_monthly=self.limit_community_monthly,
            ceilings=Ceilings(
                user_daily=self.limit_user_daily,
                user_unfinished=self.limit_user_running + self.limit_user_waiting,
                community_monthly=self.limit_community_monthly,
                total_daily=self.limit_total_daily,
                total_monthly=self.limit_total_monthly,
                guests_daily=self.limit_guests_daily,
                timezone=self.timezone,
            ),
            timezone=self.timezone,
        )

    @property
    def retention_bytes(self) -> int | None:
        """A gigabyte as disks are sold."""
        return None if self.retention_gb is None else round(self.retention_gb * 10**9)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret among the settings, for the log's redaction."""
        fields = (getattr(self, name) for name in type(self).model_fields)
        proxies = [url.get_secret_value() for url in (self.http_proxy, self.https_proxy) if url is not None]
        words = [value.get_secret_value() for value in fields if isinstance(value, SecretStr)]
        plain = (word for word in words if word not in proxies or login_of(word))  # a proxy without a login is none
        passwords = (part for url in (self.database_url, *proxies) for part in secrets_of(url))
        of_libpq = os.environ.get("PGPASSWORD", "")
        return (*plain, *self.slack_store_keys, *passwords, *((of_libpq,) if of_libpq else ()))


def load_settings(**overrides: Any) -> Settings:
    """Settings from the environment and `.env`; `overrides` win.

    Raises SettingsError with a sentence per fault, and EnvFileError where `.env` itself can't be read.
    """
    try:
        file = read_env_file(Path(".env"))
    except EnvFileProblem as problem:
        raise EnvFileError(str(problem)) from None
    names = {name.upper() for name in Settings.model_fields}
    near = [*in_file(file, names, os.environ), *in_environment(os.environ, names)]
    faults = [miss.sentence for miss in near if miss.limit]
    token = _ENV_FILE.set(file)
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        raise SettingsError(
            "\n".join([*(sentence_of(fault, Settings.model_fields) for fault in error.errors()), *faults])
        ) from None
    finally:
        _ENV_FILE.reset(token)
    if faults:
        raise SettingsError("\n".join(f"{fault} The limit would not hold." for fault in faults))
    told = (*(miss.sentence for miss in near), *without_effect(settings))
    settings._near_misses = told  # noqa: SLF001 - of this module's own class
    return settings
