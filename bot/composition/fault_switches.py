"""The sandbox's faults as the studio of the page has them."""

from __future__ import annotations

from bot.platforms.web.sandbox_faults import SandboxDeed
from bot.sandbox.faults import Fault
from bot.sandbox.server import RunningSandbox

SLOWNESS = 10

_ONCE = {SandboxDeed.REFUSE: Fault.FAIL, SandboxDeed.LOSE: Fault.LOST_SUBMIT}


class FaultSwitches:
    """The sandbox's faults as the studio has them; what SANDBOX_* set stays beneath."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self._sandbox = sandbox
        self._speed = float(str(sandbox.control.settings()["speed"]))
        self._slow = False

    def state(self) -> dict[str, bool | int]:
        due = self._sandbox.faults.due
        return {"slow": self._slow, **{str(deed): due(fault) for deed, fault in _ONCE.items()}}

    def do(self, deed: SandboxDeed) -> None:
        if deed in _ONCE:
            self._sandbox.faults.strike_next(_ONCE[deed])
            return
        if deed is SandboxDeed.CALM:
            self._sandbox.faults.strike_no_more()
        self._slow = deed is SandboxDeed.SLOW and not self._slow
        self._sandbox.control.change({"speed": self._speed / SLOWNESS if self._slow else self._speed})
