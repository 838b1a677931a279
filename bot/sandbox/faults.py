"""What can go wrong on demand.

Each fault strikes in one of three ways: the next N times that it could (`strike_next`), with a probability at
every time that it could (`set_chances`), or always for a prompt that carries its name as `[[name]]`, which is
how a person tries one by hand: `/imagine a cat [[fail]]`.
"""

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from random import Random


class Fault(StrEnum):
    """Every fault by the name that the environment, the control endpoint and a prompt use."""

    # any call
    SLOW = "slow"  # done, but answered late
    OVER_QPS = "40001"
    INTERNAL = "50000"
    TOKEN = "10400"  # noqa: S105  # a status code: the token in use is replaced by someone else
    NOT_JSON = "not_json"  # HTTP 200 whose body is cut JSON
    BAD_GATEWAY = "bad_gateway"  # HTTP 502 with an HTML page, as a proxy in front of the service sends
    DROPPED = "dropped"  # the connection ends before anything is done
    # submit only
    LOST_SUBMIT = "lost_submit"  # the task exists, its answer never arrives
    # the life of a task, decided when it is submitted
    ERROR = "error"
    FAIL = "fail"
    NEVER = "never"  # stays Generating for ever
    ODD_PROGRESS = "odd_progress"  # a progress_desc that no document knows, until it succeeds
    WRONG_COUNT = "wrong_count"  # one URL fewer than asked for, or two where one was asked for
    # the list of tasks
    MISSING = "missing"  # an id that exists is not in the list
    LATE = "late"  # decided when it is submitted: the list shows it only some seconds later
    # downloads
    TRUNCATED = "truncated"  # a well-formed answer that holds half a picture
    CUT_DOWNLOAD = "cut_download"  # the connection ends half-way
    NOT_A_PICTURE = "not_a_picture"  # HTML that claims to be image/png
    PRIVATE_REDIRECT = "private_redirect"  # to an address that nobody should follow


CALL_FAULTS = (
    Fault.OVER_QPS,
    Fault.INTERNAL,
    Fault.TOKEN,
    Fault.NOT_JSON,
    Fault.BAD_GATEWAY,
    Fault.DROPPED,
)
TASK_FAULTS = (Fault.ERROR, Fault.FAIL, Fault.NEVER, Fault.ODD_PROGRESS, Fault.WRONG_COUNT, Fault.LATE)
DOWNLOAD_FAULTS = (Fault.TRUNCATED, Fault.CUT_DOWNLOAD, Fault.NOT_A_PICTURE, Fault.PRIVATE_REDIRECT)


class Faults:
    """The dice and the list of what is due next."""

    def __init__(self, chances: Mapping[str, float], seed: int) -> None:
        self._dice = Random(seed)
        self._next: Counter[Fault] = Counter()
        self._chances: dict[Fault, float] = {}
        self.set_chances(chances)

    def strikes(self, fault: Fault, text: str = "") -> bool:
        """Say whether the fault happens now; `text` is searched for its `[[name]]`."""
        if self._next[fault] > 0:
            self._next[fault] -= 1
            return True
        if f"[[{fault}]]" in text:
            return True
        chance = self._chances.get(fault, 0.0)
        return chance > 0 and self._dice.random() < chance

    def strike_next(self, name: str, count: int = 1) -> None:
        """Let a fault happen the next `count` times that it can; raise ValueError for an unknown name."""
        if count < 1:
            raise ValueError(f"count is {count}; it must be 1 or more.")
        self._next[known_fault(name)] += count

    def due(self, fault: Fault) -> int:
        """Say how many times more it was asked to happen."""
        return max(0, self._next[fault])

    def strike_no_more(self) -> None:
        """Forget what was asked to happen next; probabilities stay."""
        self._next.clear()

    def set_chances(self, chances: Mapping[str, float]) -> None:
        """Replace all probabilities; raise ValueError for an unknown name or a value outside 0 to 1."""
        checked = {known_fault(name): chance for name, chance in chances.items()}
        for fault, chance in checked.items():
            if not 0 <= chance <= 1:
                raise ValueError(f"{fault} has the probability {chance}; it must be from 0 to 1.")
        self._chances = checked

    def clear(self) -> None:
        """Be well behaved from now on."""
        self._chances = {}
        self._next.clear()

    def as_dict(self) -> dict[str, object]:
        """Give the present probabilities and what is due next."""
        return {
            "faults": {str(fault): chance for fault, chance in self._chances.items()},
            "next": [{"fault": str(fault), "count": count} for fault, count in self._next.items() if count > 0],
            "known": [str(fault) for fault in Fault],
        }


def known_fault(name: str) -> Fault:
    """Give the fault of that name; raise ValueError that lists all names."""
    try:
        return Fault(name)
    except ValueError:
        raise ValueError(f"{name!r} is no fault; there are {', '.join(Fault)}.") from None


def parse_chances(text: str) -> dict[str, float]:
    """Read `40001:0.2,lost_submit:0.1`; raise ValueError when it is anything else."""
    chances: dict[str, float] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        name, colon, chance = pair.partition(":")
        if not colon:
            raise ValueError(f"{pair!r} has no probability.")
        chances[str(known_fault(name.strip()))] = float(chance)
    Faults(chances, seed=0)
    return chances
