"""The studio's switches over a real sandbox."""

from __future__ import annotations

from bot.composition.fault_switches import SLOWNESS, FaultSwitches
from bot.platforms.web.sandbox_faults import SandboxDeed
from bot.sandbox import server
from bot.sandbox.faults import Fault


async def test_faults_come_due_and_all_of_it_ends() -> None:
    async with await server.start(speed=20.0, faults={"late": 0.5}) as sandbox:
        switches = FaultSwitches(sandbox)
        assert switches.state() == {"slow": False, "refuse": 0, "lose": 0}
        for deed in (SandboxDeed.SLOW, SandboxDeed.REFUSE, SandboxDeed.REFUSE, SandboxDeed.LOSE):
            switches.do(deed)
        assert switches.state() == {"slow": True, "refuse": 2, "lose": 1}
        assert sandbox.control.settings()["speed"] == 20.0 / SLOWNESS
        assert sandbox.faults.strikes(Fault.FAIL)
        assert switches.state()["refuse"] == 1
        switches.do(SandboxDeed.SLOW)  # a switch
        assert sandbox.control.settings()["speed"] == 20.0
        switches.do(SandboxDeed.CALM)
        assert switches.state() == {"slow": False, "refuse": 0, "lose": 0}
        assert sandbox.faults.as_dict()["faults"] == {"late": 0.5}  # what the operator has set stays
