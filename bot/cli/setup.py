"""`easel setup`: asks what one wants, tries each credential, writes `.env`, and draws a picture."""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import sys
from importlib import resources
from pathlib import Path
from typing import Final

from bot.cards.sentences import words
from bot.cli import credentials
from bot.cli.credentials import NoAnswer, Wrong
from bot.cli.dialogue import Dialogue, EndOfDialogue
from bot.cli.standard_input import terminal_locale
from bot.composition.network import network_of
from bot.configuration import values
from bot.configuration.env_file import EnvFileProblem
from bot.configuration.env_writer import write_env_file
from bot.observability.logs import configure_logs
from bot.platforms.terminal.outcome import Exit
from bot.settings import Settings, SettingsError, load_settings
from db.lock import find_running

_FILE: Final = Path(".env")
_LONGEST_NAME: Final = 35  # of a Slack app: https://docs.slack.dev/reference/app-manifest


def set_up() -> int:
    """The exit code. SettingsError: what is set already is wrong, and has to be mended first."""
    locale = terminal_locale()
    if not Dialogue.possible():
        sys.stderr.write(f"{words('setup-no-terminal', locale)}\n")
        return Exit.USAGE
    settings = load_settings()
    network_of(settings)
    configure_logs("console", "error", redact=settings.secrets)
    story = _Story(settings, Dialogue(locale))
    try:
        return story.tell()
    except (EndOfDialogue, KeyboardInterrupt):
        story.say_what_was_written()
        return Exit.INTERRUPTED
    except (OSError, EnvFileProblem) as error:
        said = error.strerror or str(error) if isinstance(error, OSError) else str(error)
        sys.stderr.write(f"{words('setup-not-written', locale, file=str(_FILE.absolute()), why=said)}\n")
        return Exit.TROUBLE


class _Story:
    def __init__(self, settings: Settings, dialogue: Dialogue) -> None:
        self._settings = settings
        self._talk = dialogue
        self._found: dict[str, str] = {}  # what is to be written
        self._written: tuple[str, ...] = ()

    def tell(self) -> int:
        self._talk.say("setup-welcome", file=str(_FILE.absolute()))
        self._seedream()
        self._discord()
        self._slack()
        self._page()
        if not self._write():
            return Exit.USAGE
        return self._picture()

    def say_what_was_written(self) -> None:
        file = str(_FILE.absolute())
        if self._written:
            self._talk.say("setup-stopped-written", file=file, names=", ".join(self._written))
        else:
            self._talk.say("setup-stopped", file=file)

    def _seedream(self) -> None:
        if not self._wants("seedream", is_set=not self._settings.uses_sandbox):
            return
        self._talk.say("setup-seedream-how")
        while (app_id := self._talk.ask("setup-app-id")) and (key := self._talk.ask_secret("setup-secret-key")):
            if self._tried(lambda: credentials.seedream(self._settings, app_id, key)):
                self._found |= {"CHANJING_APP_ID": app_id, "CHANJING_SECRET_KEY": key}
                if self._settings.chanjing_access_token is not None:  # it would win
                    self._found["CHANJING_ACCESS_TOKEN"] = ""
                return
        self._talk.say("setup-skipped")

    def _discord(self) -> None:
        if not self._wants("discord", is_set=self._settings.discord_token is not None):
            return
        self._talk.say("setup-discord-how")
        while token := self._token("setup-discord-token"):
            if self._tried(lambda: credentials.discord(self._settings, token)):
                self._found["DISCORD_TOKEN"] = token
                return
        self._talk.say("setup-skipped")

    def _slack(self) -> None:
        if not self._wants("slack", is_set=self._settings.slack_bot_token is not None):
            return
        if self._settings.slack_client_id is not None:
            self._talk.say("setup-slack-many")
            return
        name = self._name()
        self._talk.say("setup-slack-how")
        self._talk.show(manifest(name))
        self._talk.say("setup-slack-then")
        bot = self._tried_token("setup-slack-bot-token", lambda token: credentials.slack_bot(self._settings, token))
        app = bot and self._tried_token(
            "setup-slack-app-token", lambda token: credentials.slack_socket(self._settings, token)
        )
        if app:
            self._found |= {"SLACK_BOT_TOKEN": bot, "SLACK_APP_TOKEN": app}
        else:
            self._talk.say("setup-skipped")

    def _page(self) -> None:
        if not self._wants("page", is_set=self._settings.web_token is not None):
            return
        while address := self._talk.ask("setup-public-url"):
            try:
                address = values.web_address(address, example="https://easel.example.com", path=False)
            except ValueError:
                self._talk.say("setup-wrong-address")
                continue
            self._found["PUBLIC_URL"] = address
            break
        else:
            self._found["WEB_HOST"] = "0.0.0.0"  # noqa: S104 - what was asked for, behind a token
        if self._settings.web_token is None:
            self._found["WEB_TOKEN"] = secrets.token_urlsafe(24)
            self._talk.say("setup-web-token")

    def _wants(self, part: str, *, is_set: bool) -> bool:
        self._talk.say(f"setup-{part}")
        return self._talk.agrees("setup-change" if is_set else "setup-set-up")

    def _name(self) -> str:
        while True:
            name = self._talk.ask("setup-slack-name") or "Easel"
            if len(name) <= _LONGEST_NAME and name.isprintable():
                return name
            self._talk.say("setup-long-name", most=_LONGEST_NAME)

    def _token(self, code: str) -> str:
        """One word, or nothing."""
        while token := self._talk.ask_secret(code):
            try:
                return values.one_word(token)
            except ValueError:
                self._talk.say("setup-no-token")
        return ""

    def _tried_token(self, code: str, attempt: credentials.Attempt) -> str:
        while token := self._token(code):
            if self._tried(lambda: attempt(token)):
                return token
        return ""

    def _tried(self, attempt: credentials.Trial) -> bool:
        """Whether what was typed is to be written."""
        self._talk.say("setup-trying")
        try:
            good = credentials.tried(attempt)
        except Wrong as wrong:
            self._talk.say(wrong.code, **wrong.values)
            return False
        except NoAnswer as error:
            self._talk.say("setup-no-answer", why=str(error))
            return self._talk.agrees("setup-keep-untried")
        self._talk.say(good.code, **good.values)
        if good.link:
            self._talk.say("setup-discord-invite")
            self._talk.show(good.link)
        return True

    def _write(self) -> bool:
        """Whether what there is now can be started with."""
        file = str(_FILE.absolute())
        if not self._found:
            self._talk.say("setup-nothing", file=file)
            return True
        # What Easel would say of it at its start, before it is there.
        given = {name.lower(): value for name, value in self._found.items() if value}
        cleared = {name.lower(): None for name, value in self._found.items() if not value}
        try:
            load_settings(**given, **cleared)
        except SettingsError as error:
            self._talk.say("setup-contradiction", file=file, why=str(error))
            return False
        stop = signal.signal(signal.SIGINT, signal.SIG_IGN)  # so that what is said of the file is true
        try:
            write_env_file(_FILE, self._found)
            self._written = tuple(name for name, value in self._found.items() if value)
        finally:
            signal.signal(signal.SIGINT, stop)
        self._talk.say("setup-written", file=file, names=", ".join(self._written))
        elsewhere = [name for name in self._written if os.environ.get(name) or os.environ.get(name.lower())]
        if elsewhere:
            self._talk.say("setup-environment-wins", names=", ".join(elsewhere))
        return True

    def _picture(self) -> int:
        settings = load_settings()
        if self._written and find_running(settings.database_url) is not None:  # it would draw with what it had before
            self._talk.say("setup-restart")
            return Exit.DONE
        if not settings.uses_sandbox and not self._talk.agrees("setup-picture-costs"):
            self._talk.say("setup-done")
            return Exit.DONE
        from bot.cli.imagine import imagine_once  # noqa: PLC0415 - it needs every library

        self._talk.say("setup-picture")
        code = imagine_once(settings, words("setup-prompt", self._talk.locale), out=Path(), as_json=False)
        if code == Exit.INTERRUPTED:
            self.say_what_was_written()
        else:
            self._talk.say("setup-done" if code == Exit.DONE else "setup-no-picture")
        return code


def manifest(name: str) -> str:
    """Slack's manifest for an app and a bot of this name."""
    package = resources.files("bot").joinpath("slack-manifest.yaml")
    text = (
        package.read_text(encoding="utf-8")
        if package.is_file()
        else (Path(__file__).parents[2] / "slack-manifest.yaml").read_text(encoding="utf-8")  # a checkout
    )
    quoted = json.dumps(name, ensure_ascii=False)
    return re.sub(
        r"^(  name|    display_name): Easel$", lambda found: f"{found[1]}: {quoted}", text, flags=re.MULTILINE
    )
