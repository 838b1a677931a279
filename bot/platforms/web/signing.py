"""What the page signs: cookies and links to pictures.

The key is random and lives in the database. Before there was one, WEB_TOKEN itself signed; what it signed is still
read: links for ever, cookies for as long as a browser could have kept one.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime

_VERSION = "s1"


def same(given: str, right: str) -> bool:
    """Compare without telling by the time it takes how much was right."""
    return hmac.compare_digest(given.encode(errors="surrogateescape"), right.encode(errors="surrogateescape"))


class Signer:
    """`legacy_until`: when the last cookie that `token` signed has expired; None if there never was one."""

    def __init__(self, key: str, *, token: str | None, legacy_until: datetime | None = None) -> None:
        self._key = key
        self._token = token
        self._legacy_until = legacy_until

    @staticmethod
    def new_secret() -> str:
        """For a session, an invite, a token."""
        return secrets.token_urlsafe(32)

    def cookie(self, secret: str) -> str:
        return f"{_VERSION}.{secret}.{_mac(self._key, f'session:{secret}')}"

    def secret_in(self, cookie: str) -> str | None:
        """The secret of the session in this cookie, if the cookie is ours."""
        version, _, rest = cookie.partition(".")
        secret, _, signature = rest.partition(".")
        if version != _VERSION or not secret:
            return None
        return secret if same(signature, _mac(self._key, f"session:{secret}")) else None

    def legacy_user(self, cookie: str, now: datetime) -> str | None:
        """The guest in a cookie that the token signed."""
        if self._token is None or self._legacy_until is None or now >= self._legacy_until:
            return None
        user_id, _, signature = cookie.partition(".")
        return user_id if user_id and same(signature, _mac(self._token, f"browser:{user_id}")) else None

    def fingerprint(self, shared_secret: str) -> str:
        """What a session remembers of the secret that it was opened with."""
        return _mac(self._key, f"opened-by:{shared_secret}")[:32]

    def picture_key(self, job_id: str, index: int) -> str:
        return _mac(self._key, _picture(job_id, index))[:32]

    def may_follow(self, key: str, job_id: str, index: int) -> bool:
        """Whether a link to a picture carries the right key."""
        if same(key, self.picture_key(job_id, index)):
            return True
        return self._token is not None and same(key, _mac(self._token, _picture(job_id, index))[:32])

    def share_token(self, link_id: str) -> str:
        """What the address of a share link ends with."""
        return f"{link_id}.{_mac(self._key, f'share:{link_id}')[:32]}"

    def shared(self, token: str) -> str | None:
        """The id of the link, if we have signed it."""
        link_id = token.partition(".")[0]
        return link_id if same(token, self.share_token(link_id)) else None


def _picture(job_id: str, index: int) -> str:
    return f"picture:{job_id}/{index}"


def _mac(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(errors="surrogateescape"), hashlib.sha256).hexdigest()
