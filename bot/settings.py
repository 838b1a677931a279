"""Everything that can be set, from the environment or `.env`. Only app and __main__ import this.

The names are those of docs/settings.md; a wrong value is a SettingsError that names the setting and what is legal.
"""

from __future__ import annotations

import base64
import ipaddress
import os
import secrets
from collections.abc import Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, PrivateAttr, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.sources.utils import parse_env_vars

from bot.configuration import values
from bot.configuration.env_file import EnvFile, EnvFileProblem, read_env_file
from bot.configuration.near_misses import in_environment, in_file
from bot.domain.allowed_communities import AllowedCommunities
from bot.domain.limits import Ceilings, Limits
from bot.domain.operator_channel import OperatorChannel
from bot.domain.url_login import ESCAPE, is_ambiguous, secrets_of
from bot.observability.redact import Redactor

VENDOR_URL = "https://open-api.chanjing.cc"
SHORTEST_TOKEN = 16  # characters of those that open the page
_TOKEN_BYTES = 24
LONGEST_TOKEN = 4096  # characters; those of the platforms have about a hundred
_LONGEST_LABEL = 24  # what fits the narrowest picture
MAKE_A_KEY = "Make one with: openssl rand -base64 32 | tr '+/' '-_'"
_KEY_BYTES = 32


_MOST = 1_000_000_000  # of a limit
# The least and the most of each whole number, and an example.
_NUMBERS: Mapping[str, tuple[int, int, int]] = {
    "limit_user_daily": (0, _MOST, 50),
    "limit_user_running": (1, _MOST, 3),
    "limit_user_waiting": (0, _MOST, 7),
    "limit_community_monthly": (0, _MOST, 1000),
    "limit_total_daily": (0, _MOST, 1000),
    "limit_total_monthly": (0, _MOST, 20_000),
    "limit_guests_daily": (0, _MOST, 200),
    "retention_days": (1, 3650, 30),
    "discord_shard_count": (1, 10_000, 2),
}
_ADDRESSES: Mapping[str, str] = {
    "seedream_api_url": VENDOR_URL,
    "discord_api_url": "https://example.com/api/v10",
    "slack_api_url": "https://example.com/api",
    "public_url": "https://easel.example.com",
}
_PATHS = ("data_dir", "ssl_cert_file", "font_path")
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
        """Sentences about names that are nearly settings, and lines of `.env` that say nothing."""
        return self._near_misses

    @field_validator(*_NUMBERS, mode="before")
    @classmethod
    def _whole_number(cls, value: object, info: ValidationInfo) -> object:
        return None if value is None else values.whole_number(str(value), *_NUMBERS[info.field_name or ""])

    @field_validator("seedream_qps", mode="before")
    @classmethod
    def _calls(cls, value: object) -> object:
        return values.number_above_zero(str(value), 1000, 5)

    @field_validator("retention_gb", mode="before")
    @classmethod
    def _gigabytes(cls, value: object) -> object:
        return None if value is None else values.number_above_zero(str(value), 1_000_000, 50)

    @field_validator("slack_serve_strangers", mode="before")
    @classmethod
    def _yes_or_no(cls, value: object) -> object:
        return values.yes_or_no(str(value))

    @field_validator("web_port", mode="before")
    @classmethod
    def _port(cls, value: object) -> object:
        return values.port(str(value))

    @field_validator("web_host")
    @classmethod
    def _host(cls, value: str) -> str:
        return values.listening_host(value)

    @field_validator(*_PATHS, mode="before")
    @classmethod
    def _path(cls, value: object) -> object:
        return values.path(value) if isinstance(value, str) else value

    @field_validator("data_dir")
    @classmethod
    def _in_a_url(cls, value: Path) -> Path:
        """The database's URL is made of it, where a ? would begin the parameters."""
        if "?" in str(value):
            raise ValueError(f"must be a path without a question mark, not {values.shown(str(value))}")
        return value

    @field_validator("allowed_communities")
    @classmethod
    def _communities(cls, value: str) -> str:
        AllowedCommunities.read(value)
        return value

    @field_validator("operator_channel")
    @classmethod
    def _channel(cls, value: str | None) -> str | None:
        if value is not None:
            OperatorChannel.read(value)
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        return values.time_zone(value)

    @field_validator("log_format", "log_level", mode="before")
    @classmethod
    def _any_case(cls, value: object, info: ValidationInfo) -> object:
        legal = ("console", "json") if info.field_name == "log_format" else ("debug", "info", "warning", "error")
        return None if value is None else values.one_of(str(value), legal)

    @field_validator(*_ADDRESSES)
    @classmethod
    def _web_address(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return None
        name = info.field_name or ""
        # The page calls its API and its files by paths from the root.
        return values.web_address(value, example=_ADDRESSES[name], path=name != "public_url")

    @field_validator("http_proxy", "https_proxy")
    @classmethod
    def _escaped(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and is_ambiguous(value.get_secret_value()):
            raise ValueError(f"its user or its password can't be told apart from the host. {ESCAPE}")
        return value

    @field_validator("chanjing_access_token", "discord_token", "slack_bot_token", "slack_app_token")
    @classmethod
    def _one_word(cls, value: SecretStr | None) -> SecretStr | None:
        """Tokens are sent in a header, which takes nothing else. A line break around one is a slip of copying."""
        if value is None:
            return None
        word = value.get_secret_value().strip()
        if not word or len(word) > LONGEST_TOKEN or not word.isascii() or not word.isprintable() or " " in word:
            raise ValueError("must be one word of plain characters; copy it again")
        return SecretStr(word)

    @field_validator("web_token", "metrics_token")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        """Its length is what keeps guesses out: whoever has the right token is never refused."""
        if value is None:
            return None
        token = value.get_secret_value().strip()
        if len(token) < SHORTEST_TOKEN:
            raise ValueError(
                f"needs at least {SHORTEST_TOKEN} characters and has {len(token)}. Take this one: "
                f"{secrets.token_urlsafe(_TOKEN_BYTES)}"
            )
        return SecretStr(token)

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses(cls, value: str | None) -> str | None:
        for part in (value or "").split(","):
            try:
                ipaddress.ip_network(part.strip() or "::1", strict=False)
            except ValueError:
                raise ValueError(
                    f"{part.strip()[:60]!r} is no address and no network; write 10.0.0.5 or 172.16.0.0/12, with commas "
                    "between several"
                ) from None
        return value

    @field_validator("label_on_pictures")
    @classmethod
    def _one_line(cls, value: str | None) -> str | None:
        if value is not None and not (value.isprintable() and len(value) <= _LONGEST_LABEL):
            raise ValueError(f"must be one line of at most {_LONGEST_LABEL} characters, such as AI-generated")
        return value

    @field_validator("font_path")
    @classmethod
    def _font_file(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError(f"there is no file {value}; give the path of a font file (.ttf, .otf or .ttc)")
        return value

    @field_validator("discord_gateway")
    @classmethod
    def _one_of_several(cls, value: str | None) -> str | None:
        if value is None:
            return None
        place, _, number = value.partition("/")
        if not (place.isdecimal() and number.isdecimal() and int(place) < int(number)):
            raise ValueError("must say which of how many gateways this is, from 0: 0/2 and 1/2 for two")
        return value

    @model_validator(mode="after")
    def _together(self) -> Self:
        if (self.chanjing_app_id is None) != (self.chanjing_secret_key is None):
            raise ValueError(
                "CHANJING_APP_ID and CHANJING_SECRET_KEY go together: set both, or neither for the sandbox"
            )
        if self.discord_gateway is not None and self.discord_shards is None:
            raise ValueError("DISCORD_SHARD_COUNT is too small: every one of DISCORD_GATEWAY's gateways needs a shard")
        if self.slack_client_id is not None or self.slack_client_secret is not None:
            self._check_slack_oauth()
        if self.web_token is None and not is_loopback(self.web_host):
            raise ValueError(
                f"WEB_HOST={self.web_host} lets other machines in, so set WEB_TOKEN to a long random word, "
                "or leave WEB_HOST at 127.0.0.1"
            )
        if self.web_token is None and self.public_url and not is_loopback(urlsplit(self.public_url).hostname or ""):
            raise ValueError(
                f"PUBLIC_URL={self.public_url} shows the page to everybody, so set WEB_TOKEN to a long random word, "
                "or leave PUBLIC_URL out"
            )
        return self

    def _check_slack_oauth(self) -> None:
        """Many workspaces need all of it, and before anybody has pressed anything."""
        if self.slack_client_id is None or self.slack_client_secret is None:
            raise ValueError("SLACK_CLIENT_ID and SLACK_CLIENT_SECRET go together")
        if self.slack_bot_token is not None:
            raise ValueError(
                "SLACK_BOT_TOKEN is for one workspace, SLACK_CLIENT_ID for many: set one, leave the other out"
            )
        if self.public_url is None:
            raise ValueError("SLACK_CLIENT_ID needs PUBLIC_URL: Slack sends people back there, to /slack/oauth")
        if not self.slack_store_keys:
            raise ValueError(f"SLACK_CLIENT_ID needs SLACK_STORE_KEY, which seals the workspaces' tokens. {MAKE_A_KEY}")
        if not all(_is_fernet_key(key) for key in self.slack_store_keys):
            raise ValueError(f"SLACK_STORE_KEY is no key of 32 bytes in URL-safe base64. {MAKE_A_KEY}")

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
    def proxy_networks(self) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
        """Whose X-Forwarded-* headers are believed."""
        parts = (part.strip() for part in (self.trusted_proxies or "").split(","))
        return tuple(ipaddress.ip_network(part, strict=False) for part in parts if part)

    @property
    def trusted_picture_hosts(self) -> tuple[str, ...]:
        return tuple(host for part in self.picture_hosts.split(",") if (host := part.strip()))

    @property
    def slack_store_keys(self) -> list[str]:
        """The newest first; separated by commas."""
        given = self.slack_store_key.get_secret_value() if self.slack_store_key is not None else ""
        return [key.strip() for key in given.split(",") if key.strip()]

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
    def uses_sandbox(self) -> bool:
        """Without credentials the sandbox stands in for the provider."""
        return self.chanjing_app_id is None and self.chanjing_access_token is None

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
        plain = (value.get_secret_value() for value in fields if isinstance(value, SecretStr))
        proxies = (url.get_secret_value() for url in (self.http_proxy, self.https_proxy) if url is not None)
        passwords = (part for url in (self.database_url, *proxies) for part in secrets_of(url))
        return (*plain, *self.slack_store_keys, *passwords)


def _is_fernet_key(key: str) -> bool:
    """As https://cryptography.io/en/latest/fernet/ wants it."""
    try:
        return len(base64.b64decode(key, altchars=b"-_", validate=True)) == _KEY_BYTES
    except ValueError:
        return False


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


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
        raise SettingsError("\n".join([*(_sentence(fault) for fault in error.errors()), *faults])) from None
    finally:
        _ENV_FILE.reset(token)
    if faults:
        raise SettingsError("\n".join(f"{fault} The limit would not hold." for fault in faults))
    settings._near_misses = tuple(miss.sentence for miss in near)  # noqa: SLF001 - of this module's own class
    return settings


def _sentence(fault: Any) -> str:
    names = [str(part).upper() for part in fault["loc"]]
    said = str(fault["msg"]).removeprefix("Value error, ") if fault["type"] == "value_error" else _bounds(fault)
    message = _masked(said, fault["input"])
    return f"{names[0]}: {message}" if names else message


def _bounds(fault: Any) -> str:
    """Of a whole number whose field has them, in our words in place of the library's."""
    field = Settings.model_fields[str(fault["loc"][0])]
    bounds = {type(each).__name__: each for each in field.metadata}
    if not {"Ge", "Le"} <= bounds.keys():
        return str(fault["msg"])
    least, most = bounds["Ge"].ge, bounds["Le"].le
    example = least if field.default is None else field.default
    return f"must be a whole number from {least} to {most}, such as {example}, not {values.shown(str(fault['input']))}"


def _masked(message: str, value: object) -> str:
    """The message without what is secret in the value that it quotes, such as a token in the wrong place."""
    redactor = Redactor()
    for part in (str(value), *str(value).split(",")):
        if part.strip():
            message = message.replace(part.strip(), redactor.text(part.strip()))
    return message
