"""What `python -m bot doctor` looks at on this machine and at the provider; each check tells what to do."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from PIL import ImageFont
from yarl import URL

from bot.composition.network import network_of
from bot.composition.sandbox import check_sandbox, start_sandbox
from bot.domain.errors import ModelAccountRefused, ModelError, PictureBroken
from bot.domain.finding import Finding, broken, fine, note
from bot.domain.ports import ImageModel, ModelTask, TaskState
from bot.drawing.fonts import Lettering, find_fonts
from bot.pictures.store import open_pictures
from bot.pictures.visible_label import visible_label
from bot.runtime.clock import SystemClock
from bot.runtime.network import Network
from bot.seedream.addresses import AddressNotPublic
from bot.seedream.connect import Account, open_seedream
from bot.settings import Settings
from db.address import database_file, name_for_people, parse
from db.engine import open_database
from db.errors import DatabaseProblem
from db.lock import find_running
from db.migrate import HEAD, revision
from db.pooler import Pooler, require_sessions
from db.processes import at_work
from db.queue_schema import may_create
from db.usable import require_usable

_LATELY = timedelta(minutes=1)
_CHINESE, _LATIN = chr(0x706F), "A"


async def check_settings(settings: Settings) -> Sequence[Finding]:
    try:
        check_sandbox(settings)
    except ValueError as error:
        return [wrong_setting(str(error))]
    slack = settings.slack_bot_token or settings.slack_client_id
    platforms = [name for name, is_on in (("Discord", settings.discord_token), ("Slack", slack)) if is_on]
    said = f"every value is legal; platforms beside the page: {' and '.join(platforms) or 'none'}"
    near = [note("Settings", sentence, "Mend it, or take the line out.") for sentence in settings.near_misses]
    if platforms:
        return [fine("Settings", said), *near]
    return [*near, note("Settings", said, "To draw in a chat, set DISCORD_TOKEN or SLACK_BOT_TOKEN: docs/settings.md.")]


def wrong_setting(sentence: str) -> Finding:
    return broken("Settings", sentence, "Mend it in the environment or in .env; docs/settings.md has every setting.")


async def check_database(settings: Settings) -> Sequence[Finding]:
    try:
        file = database_file(settings.database_url)
        if file is not None and not file.exists():
            return [await asyncio.to_thread(_future_database, file)]
        running = await asyncio.to_thread(find_running, settings.database_url)
        async with open_database(settings.database_url) as engine:
            at = await revision(engine)
            if at == HEAD:
                await require_usable(engine)
            pooler = await require_sessions(engine)
            processes = await at_work(engine)
            if file is None and not await may_create(engine):
                return [_no_tables(settings.database_url, at)]
    except DatabaseProblem as error:
        return [broken("Database", str(error))]
    holder = "no bot runs on it" if running is None else f"the bot (process {running.pid}) runs on it"
    if file is None:
        holder = str(processes)
    if pooler is not Pooler.NONE:
        holder += ", through a pooler in session mode (16 connections for each process)"
    if at == HEAD:
        return [fine("Database", f"it opens and can be written to, its tables are up to date, {holder}")]
    if at is not None and at > HEAD:
        return [
            broken(
                "Database",
                f"it was made by a newer version of Easel (revision {at}; this one knows {HEAD})",
                "Run that version, or restore a backup from before it.",
            )
        ]
    return [note("Database", f"its tables are of revision {at or 'none'}", "The next start brings them up to date.")]


def _no_tables(url: str, at: str | None) -> Finding:
    said = f"{name_for_people(parse(url))} does not let its user make tables"
    fix = "GRANT CREATE ON SCHEMA public TO the user of DATABASE_URL, or make it the owner of the database."
    return (
        note("Database", f"{said}: the next version may need to", fix) if at == HEAD else broken("Database", said, fix)
    )


def _future_database(file: Path) -> Finding:
    folder = next(parent for parent in file.absolute().parents if parent.exists())
    if os.access(folder, os.W_OK | os.X_OK):
        return fine("Database", f"{file} will be made at the first start")
    return broken(
        "Database",
        f"{file} can't be made: {folder} may not be written to",
        "Set DATA_DIR to a directory of Easel's own.",
    )


async def check_pictures(settings: Settings) -> Sequence[Finding]:
    key = f"doctor/probe-{secrets.token_hex(8)}"
    probe = secrets.token_bytes(64)
    try:
        store = open_pictures(settings.pictures_url)
        await store.put(key, probe)
        try:
            came = await store.get(key)
        finally:
            await store.delete([key])
    except ValueError as error:
        return [broken("Pictures", str(error))]
    except (OSError, KeyError) as error:
        return [
            broken(
                "Pictures", f"the store does not keep a file: {error}", "Check PICTURES_URL, its permissions and space."
            )
        ]
    if came != probe:
        return [
            broken(
                "Pictures", "the store gives back another file than it was given", "Check what PICTURES_URL points at."
            )
        ]
    return [fine("Pictures", "a file was kept, read and deleted")]


async def check_fonts(settings: Settings) -> Sequence[Finding]:
    try:
        await asyncio.to_thread(visible_label, settings.label_on_pictures, settings.font_path)
    except ValueError as error:
        what, _, advice = str(error).partition(". ")
        return [broken("Fonts", what, advice)]
    return [await asyncio.to_thread(_look_for_fonts, settings.font_path)]


def _look_for_fonts(font: Path | None) -> Finding:
    """Charts and contact sheets have words in them."""
    fonts = find_fonts(font)
    lettering = Lettering(fonts, 20)
    chinese = next((path for path in fonts if Lettering([path], 20).has_glyph(_CHINESE)), None)
    if chinese is not None and lettering.has_glyph(_LATIN):
        return fine("Fonts", f"{ImageFont.truetype(chinese, 20).getname()[0]} has Chinese")
    advice = "Install one, for example: apt-get install fonts-wqy-microhei fonts-dejavu-core. Or set FONT_PATH."
    missing = "Chinese characters" if lettering.has_glyph(_LATIN) else "letters"
    return note("Fonts", f"no font with {missing}: charts and contact sheets leave them out", advice)


async def check_seedream(settings: Settings) -> Sequence[Finding]:
    if settings.provider_url is not None:
        success = "the account is accepted, and its tasks can be listed"
        if settings.uses_sandbox:
            success = f"no account is set: pictures come from {settings.provider_url}, and its tasks can be listed"
        return [await _provider(settings, settings.provider_url, success)]
    success = "no account is set: the built-in sandbox paints, and it does"
    try:
        async with await start_sandbox(settings, journal=False) as running:
            return [await _provider(settings, running.url, success)]
    except (ValueError, OSError) as error:
        return [broken("Seedream", f"no account is set, and the sandbox does not start: {error}")]


async def _provider(settings: Settings, url: str, success: str) -> Finding:
    """A token, a look at the newest tasks, and one picture of a finished one: none costs anything."""
    token, secret = settings.chanjing_access_token, settings.chanjing_secret_key
    clock = SystemClock()
    way = network_of(settings)
    try:
        account = Account(
            app_id=settings.chanjing_app_id or "sandbox",
            secret_key=secret.get_secret_value() if secret is not None else "sandbox",
            access_token=token.get_secret_value() if token is not None else "",
        )
        async with open_seedream(
            base_url=url,
            account=account,
            qps=settings.seedream_qps,
            clock=clock,
            network=way,
            picture_hosts=settings.trusted_picture_hosts,
        ) as model:
            listing = await model.tasks_since(clock.now() - _LATELY)
            beans = await model.balance()
            picture = await _look_at_a_picture(model, (*listing.tasks, *listing.older), way)
    except ModelAccountRefused as error:
        return broken(
            "Seedream",
            f"the account is refused: {error.detail}",
            "Copy CHANJING_APP_ID and CHANJING_SECRET_KEY again (or a fresh CHANJING_ACCESS_TOKEN).",
        )
    except ModelError as error:
        went = way.told(URL(url))
        if not error.came:
            said = f"{url} does not answer as it should: {error.detail} (asked {went})"
            return broken("Seedream", said, "Check SEEDREAM_API_URL, HTTPS_PROXY and the network.")
        return broken(
            "Seedream",
            f"{url} answers, but not as the Seedream API does: {error.detail}; it says: {error.came} (asked {went})",
            "Check SEEDREAM_API_URL: it is the address of the API itself, and nothing that redirects to it.",
        )
    except ValueError as error:
        return broken("Seedream", str(error))
    if isinstance(picture, Finding):
        return picture
    balance = "" if beans is None else f"; {beans:g} beans are left"
    said = f"{success} (asked {way.told(URL(url))}){balance}{picture}"
    return _of_a_sandbox(settings, url, said) if model.sandbox else fine("Seedream", said)


def _of_a_sandbox(settings: Settings, url: str, said: str) -> Finding:
    """That it is one, as it says of itself."""
    advice = "For real pictures set CHANJING_APP_ID and CHANJING_SECRET_KEY: docs/seedream.md."
    if not settings.uses_sandbox:
        advice = "For real pictures take SEEDREAM_API_URL out, or let it lead to the provider."
    if settings.provider_url is not None:
        said = f"{url} says of itself that it is a sandbox, which draws no real pictures; {said}"
    return note("Seedream", said, advice)


async def _look_at_a_picture(model: ImageModel, tasks: Sequence[ModelTask], way: Network) -> Finding | str:
    """What came of fetching one, in words; a Finding where no picture would ever come."""
    link = next((task.urls[0] for task in tasks if task.state is TaskState.SUCCEEDED and task.urls), None)
    if link is None:
        return ""
    try:
        host, went = URL(link).host or "", way.told(URL(link))
    except ValueError:
        return ""
    try:
        await model.download(link)
    except AddressNotPublic as error:
        return broken(
            "Seedream",
            f"the account is accepted, but its pictures are not fetched from {error.host}: {error}",
            f"If that host is yours, set PICTURE_HOSTS={error.host}.",
        )
    except PictureBroken as error:
        return f"; the newest picture can't be fetched any more ({error}), which may be its age"
    except ModelError as error:
        return broken(
            "Seedream",
            f"the account is accepted, but no picture comes from {host} (asked {went}): {error.detail}",
            "Check the way to that host: HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE, and what the proxy lets through.",
        )
    return f"; a picture came from {host} ({went})"
