"""Why somebody could not be reached, in words for whoever runs Easel, without a proxy's address or password."""

from __future__ import annotations

import os
import ssl

import aiohttp


def why(error: BaseException | None) -> str:
    """Of what aiohttp or the system raises while it connects; the kind of error where there is no better word."""
    match error:
        case aiohttp.ClientHttpProxyError(status=407):
            said = "the proxy wants a user and a password, or other ones than HTTPS_PROXY has (407)"
        case aiohttp.ClientHttpProxyError():
            said = f"the proxy answers {error.status}"
        case aiohttp.ClientConnectorCertificateError():
            said = "its certificate is not trusted; SSL_CERT_FILE can name a file of further authorities"
        case aiohttp.ClientConnectorDNSError():
            said = f"the name {error.host} is not known"
        case aiohttp.ClientConnectorSSLError() | ssl.SSLError():
            said = "no secure connection comes about"
        case aiohttp.ClientProxyConnectionError():
            said = f"the proxy can't be reached: {_of_the_system(error.os_error)}"
        case aiohttp.ClientConnectorError():
            said = _of_the_system(error.os_error)
        case TimeoutError():
            said = "no answer in time"
        case OSError():
            said = _of_the_system(error)
        case _:
            said = type(error).__name__
    return said


def _of_the_system(error: OSError) -> str:
    return os.strerror(error.errno).lower() if error.errno and error.errno > 0 else type(error).__name__
