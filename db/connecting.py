"""Why a server did not let us in, in a sentence that says what to do.

libpq gives no SQLSTATE for a connection that was not made, so its words and the server's are read, in English. None of
them is shown: they may quote the user. https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

from __future__ import annotations

import re

from . import sqlstates

_NO_TLS = "{where} speaks no TLS, and DATABASE_URL asks for it. Turn TLS on at the server, or take sslmode out."
_WANTS_TLS = "{where} takes connections over TLS only. Add ?sslmode=require to DATABASE_URL."
_UNTRUSTED = (
    "{where} shows a certificate that is not trusted. Name its authority in DATABASE_URL (?sslrootcert=/path/ca.pem), "
    "and use the host name that the certificate is for."
)
_NO_HOST = "{where} has a host that is not found. Check the name in DATABASE_URL."
_NOBODY = "{where} can't be reached: nobody listens there. Check host and port in DATABASE_URL, and start the server."
_NO_SOCKET = "{where} can't be reached: there is no such socket. Check the host in DATABASE_URL, and start the server."
_SILENT = "{where} can't be reached: no answer. Check host and port in DATABASE_URL, firewalls, and the server."
_NO_RIGHT = "{where} does not let its user connect. Look at the server's pg_hba.conf, and at the right to CONNECT."

# The first that is found says it: what the server itself answers before what one of several addresses did.
_REASONS = (
    (r"SSL connection is required|no pg_hba\.conf entry .*no encryption|SSL required", _WANTS_TLS),
    (r"no pg_hba\.conf entry|permission denied for database|not permitted to log in", _NO_RIGHT),
    (
        r"authentication failed|no password supplied|wrong password|SASL|role .* does not exist|no such user",
        sqlstates.REFUSED,
    ),
    (r"database .* does not exist|no such database", sqlstates.NO_SUCH),
    (
        r"too many (clients|connections)|connection slots are reserved|no more connections allowed",
        sqlstates.TOO_MANY,
    ),
    (
        r"the database system is|not (currently )?accepting connections|administrator command|server login failed",
        sqlstates.STOPPING,
    ),
    (r"server does not support SSL|sslmode value .* invalid when SSL support", _NO_TLS),
    (r"certificate|SSL error|tlsv1|sslrootcert", _UNTRUSTED),
    (r"could not translate host name|Name or service not known|nodename nor servname", _NO_HOST),
    (r"No such file or directory", _NO_SOCKET),
    (r"Connection refused", _NOBODY),
    (r"timeout expired|connection timeout|timed out|No route to host|Network is unreachable", _SILENT),
)


def sentence(said: str, where: str) -> str:
    """`said`: what libpq reports. `where` names the server for people."""
    found = (reason for words, reason in _REASONS if re.search(words, said, re.IGNORECASE))
    return next(found, sqlstates.UNREACHABLE).format(where=where)
