"""Who gave an interaction its first answer: this process, or another that listens with the same token.

Discord takes one first answer and tells whoever comes second 40060. discord.py repeats a first answer after a server
error, so that 40060 may also be about an answer of our own whose receipt was lost: then it was sent more than once.
"""

from __future__ import annotations

from collections import OrderedDict
from types import SimpleNamespace

import aiohttp
import structlog

_log = structlog.get_logger(__name__)

_REMEMBERED = 1000


class FirstAnswers:
    """Counts how often each first answer was sent."""

    def __init__(self) -> None:
        self._sent: OrderedDict[str, int] = OrderedDict()  # interaction id → requests
        self._warned = False

    def watch(self, trace: aiohttp.TraceConfig) -> None:
        """Count what goes through the sessions of this trace."""
        trace.on_request_start.append(self._begun)

    def ours(self, interaction_id: int) -> bool:
        """After 40060: whether an earlier try of ours may have been the answer that Discord has."""
        return self._sent.get(str(interaction_id), 0) > 1

    def elsewhere(self, interaction_id: int) -> None:
        """Another process has answered: normal while two versions overlap, a mistake in the settings otherwise."""
        log = _log.info if self._warned else _log.warning
        self._warned = True
        log(
            "answered_elsewhere",
            interaction=interaction_id,
            hint="another process receives the same events: give each gateway its own DISCORD_GATEWAY",
        )

    async def _begun(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, params: aiohttp.TraceRequestStartParams
    ) -> None:
        match params.url.parts[-4:]:
            case ("interactions", interaction_id, _, "callback"):
                self._sent[interaction_id] = self._sent.get(interaction_id, 0) + 1
                while len(self._sent) > _REMEMBERED:
                    self._sent.popitem(last=False)
