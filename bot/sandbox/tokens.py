"""Access tokens: who may call, and until when."""

import secrets
from collections.abc import Callable

from .envelope import Code, Refusal


class TokenIssuer:
    """Hands out tokens for the one account of the sandbox and checks them.

    `clock` gives Unix seconds.
    """

    def __init__(
        self, clock: Callable[[], float], *, app_id: str, secret_key: str, lifetime: float, replace: bool
    ) -> None:
        self._clock = clock
        self._app_id = app_id
        self._secret_key = secret_key
        self.lifetime = lifetime
        self.replace = replace
        self.issued = 0
        self._expiry: dict[str, float] = {}

    def issue(self, app_id: str, secret_key: str) -> tuple[str, int]:
        """Give a token and the Unix second at which it expires; raise Refusal for another account's secret."""
        wrong_id = bool(self._app_id) and not _same(app_id, self._app_id)
        wrong_key = bool(self._secret_key) and not _same(secret_key, self._secret_key)
        if wrong_id or wrong_key:
            raise Refusal(Code.BAD_VALUE, "app_id or secret_key is wrong")
        now = self._clock()
        if self.replace:
            self.revoke()
        self._expiry = {token: moment for token, moment in self._expiry.items() if moment > now}
        token = secrets.token_hex(24)
        self._expiry[token] = now + self.lifetime
        self.issued += 1
        return token, int(now + self.lifetime)

    def check(self, token: str) -> None:
        """Raise Refusal unless the token is alive."""
        expiry = self._expiry.get(token)
        if expiry is None or expiry <= self._clock():
            raise Refusal(Code.BAD_TOKEN, "AccessToken verification failed")

    def revoke(self) -> None:
        """Make every token invalid, as happens when another holder of the account asks for a new one."""
        self._expiry.clear()


def _same(given: str, wanted: str) -> bool:
    return secrets.compare_digest(given.encode("utf-8", "replace"), wanted.encode())
