"""Questions on a terminal, and their answers. Ctrl-C and the end of the input are EndOfDialogue at every question."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable

from bot.cards.sentences import words


class EndOfDialogue(Exception):
    """The person has had enough."""


class Dialogue:
    """Speaks the person's language; `ask` takes the names of sentences."""

    def __init__(self, locale: str) -> None:
        self.locale = locale

    @staticmethod
    def possible() -> bool:
        """Whether there is a terminal to ask at."""
        return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()

    def say(self, code: str, **values: str | int) -> None:
        sys.stdout.write(f"{words(code, self.locale, **values)}\n")
        sys.stdout.flush()

    def show(self, text: str) -> None:
        """Something to be copied."""
        sys.stdout.write(f"\n{text.rstrip()}\n\n")
        sys.stdout.flush()

    def ask(self, code: str) -> str:
        """What was typed, without the blanks around it; empty where it was Enter alone."""
        return self._answer(code, _read)

    def ask_secret(self, code: str) -> str:
        """The same, and nobody sees what is typed."""
        return self._answer(code, lambda prompt: getpass.getpass(prompt, stream=sys.stdout))

    def agrees(self, code: str, **values: str | int) -> bool:
        """Enter alone is no."""
        return self._answer(code, _read, " [y/N]", **values).lower() in words("setup-yes", self.locale).split()

    def _answer(self, code: str, read: Callable[[str], str], choices: str = "", **values: str | int) -> str:
        prompt = f"{words(code, self.locale, **values)}{choices} "
        while True:
            try:
                return read(prompt).strip()
            except UnicodeError:  # keys of another encoding
                self.say("setup-not-understood")
            except (EOFError, KeyboardInterrupt):
                sys.stdout.write("\n")
                raise EndOfDialogue from None


def _read(prompt: str) -> str:
    sys.stdout.write(prompt)
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line
