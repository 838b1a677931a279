"""The way out, as the settings have it."""

from __future__ import annotations

from bot.runtime.network import Network
from bot.settings import Settings, SettingsError


def network_of(settings: Settings) -> Network:
    """How this process connects. SettingsError: a value can't be meant."""
    http, https = settings.http_proxy, settings.https_proxy
    try:
        way = Network(
            http_proxy=http.get_secret_value().strip() if http is not None else "",
            https_proxy=https.get_secret_value().strip() if https is not None else "",
            no_proxy=settings.no_proxy,
            cert_file=settings.ssl_cert_file,
        )
    except ValueError as error:
        raise SettingsError(str(error)) from None
    way.export()
    return way
