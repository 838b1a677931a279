"""How a sandbox is set up: by keyword in tests, by `SANDBOX_*` in the environment for people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from .faults import parse_chances
from .models import SEEDREAM_3, SandboxModel

Painting = Literal["scene", "plain", "tiny"]
"""`scene` paints something worth looking at; `plain` only a gradient of the right size, for load tests; `tiny` one of
16 pixels whatever was ordered, where the pictures' own cost must not count."""


@dataclass(frozen=True, slots=True)
class SandboxConfig:
    """Everything about a sandbox that is fixed when it starts."""

    app_id: str = ""
    """Empty accepts any non-empty account."""
    secret_key: str = ""
    qps: int = 5
    """Calls a second over all calls of the account; 0 is no limit."""
    speed: float = 1.0
    """How many times faster than life a task runs: 1 takes 2 to 8 s, 100 takes 20 to 80 ms."""
    drawing: tuple[float, float] | None = None
    """Seconds that a task takes at speed 1, evenly between the two; None: 2 to 8 s, by clarity and number."""
    token_lifetime: float = 86_400.0
    """Seconds."""
    beans: int = 0
    """What it says is left on the account; 0: it has no such call, which is in no document of the vendor's."""
    replace_tokens: bool = True
    """A new token makes the one before it invalid."""
    slow_seconds: float = 5.0
    """How late an answer with the fault `slow` comes."""
    late_seconds: float = 10.0
    """How long the list does not show a task with the fault `late`."""
    faults: Mapping[str, float] = field(default_factory=dict)
    """Fault name to probability, 0 to 1."""
    seed: int = 3
    """For the dice of faults and durations, so that a run can be repeated."""
    painters: int = 2
    """Pictures painted at the same time."""
    painting: Painting = "scene"
    kept_pictures: int = 64
    """Files kept, up to 16 MB each; an older one is painted again when somebody asks."""
    kept_tasks: int = 20_000
    """Tasks remembered; the oldest is forgotten first."""
    journal: str = ""
    """A file that remembers the tasks from one life to the next; empty forgets them."""
    callback_timeout: float = 5.0
    """Seconds for one call to a task's `callback`."""
    public_url: str = ""
    """Where pictures are linked; empty takes the address that the caller used."""
    models: tuple[SandboxModel, ...] = (SEEDREAM_3,)
    """What it draws with."""
    font_path: Path | None = None
    """A font file tried before those of the machine."""

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> "SandboxConfig":
        """Read `SANDBOX_*`; raise ValueError that names the variable and what is legal."""
        values: dict[str, object] = {}
        for variable, (name, read, legal) in _VARIABLES.items():
            text = env.get(variable, "").strip()
            if not text:
                continue
            try:
                values[name] = read(text)
            except ValueError as error:
                raise ValueError(f"{variable} is {text!r}; it must be {legal}.") from error
        return cls(**values)  # type: ignore[arg-type]  # the table below pairs each name with its reader


def _number(low: float, high: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        value = float(text)
        if not low <= value <= high:
            raise ValueError(text)
        return value

    return read


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise ValueError(text)
        return value

    return read


def _range(text: str) -> tuple[float, float]:
    low, dash, high = text.partition("-")
    read = _number(0.01, 86_400)
    found = read(low), read(high) if dash else read(low)
    if found[0] > found[1]:
        raise ValueError(text)
    return found


def _yes_or_no(text: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if text.lower() not in words:
        raise ValueError(text)
    return words[text.lower()]


def _painting(text: str) -> str:
    if text not in get_args(Painting):
        raise ValueError(text)
    return text


def _web_address(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise ValueError(text)
    return text.rstrip("/")


_VARIABLES: Mapping[str, tuple[str, Callable[[str], object], str]] = {
    "SANDBOX_APP_ID": ("app_id", str, "any text"),
    "SANDBOX_SECRET_KEY": ("secret_key", str, "any text"),
    "SANDBOX_QPS": ("qps", _whole(0, 100_000), "a whole number of calls a second, 0 for no limit"),
    "SANDBOX_BEANS": ("beans", _whole(0, 2**53), "a whole number from 0, which is not to tell"),
    "SANDBOX_SPEED": ("speed", _number(0.01, 100_000), "a number from 0.01 to 100000 (1 is as slow as life)"),
    "SANDBOX_DRAWING": ("drawing", _range, "seconds, such as 30 or 25-33, from 0.01 to 86400"),
    "SANDBOX_TOKEN_LIFETIME": ("token_lifetime", _number(1, 31_536_000), "seconds, from 1 to 31536000"),
    "SANDBOX_REPLACE_TOKENS": ("replace_tokens", _yes_or_no, "yes or no"),
    "SANDBOX_SLOW_SECONDS": ("slow_seconds", _number(0, 3600), "seconds, from 0 to 3600"),
    "SANDBOX_LATE_SECONDS": ("late_seconds", _number(0, 3600), "seconds, from 0 to 3600"),
    "SANDBOX_FAULTS": (
        "faults",
        parse_chances,
        "pairs like 40001:0.2,lost_submit:0.1, each a fault's name and a probability from 0 to 1",
    ),
    "SANDBOX_SEED": ("seed", _whole(0, 2**63), "a whole number from 0"),
    "SANDBOX_PAINTERS": ("painters", _whole(1, 64), "a whole number from 1 to 64"),
    "SANDBOX_PAINTING": ("painting", _painting, "scene, plain or tiny"),
    "SANDBOX_KEPT_PICTURES": ("kept_pictures", _whole(16, 1_000_000), "a whole number from 16"),
    "SANDBOX_KEPT_TASKS": ("kept_tasks", _whole(50, 10_000_000), "a whole number from 50"),
    "SANDBOX_JOURNAL": ("journal", str, "the path of a file"),
    "SANDBOX_CALLBACK_TIMEOUT": ("callback_timeout", _number(0.01, 60), "seconds, from 0.01 to 60"),
    "SANDBOX_PUBLIC_URL": ("public_url", _web_address, "an address that starts with http:// or https://"),
}
