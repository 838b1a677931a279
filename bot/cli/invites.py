"""`python -m bot invite`, `invites`, `uninvite`: who signs in to the page by name. `link`: the operator's way in."""

from __future__ import annotations

import asyncio
from argparse import Namespace

from bot.actions.invites import Invites
from bot.cli.admin_session import AdminSession
from bot.cli.faults import WrongCall
from bot.cli.output import Output, warn
from bot.composition.local_secret import local_secret, operator_link
from bot.configuration.values import is_loopback
from bot.domain.sign_in import BadName
from bot.runtime.clock import SystemClock
from bot.settings import Settings
from db.lock import find_running

_COLUMNS = ("name", "devices", "tokens", "links", "last_seen", "id")


async def invite(session: AdminSession, options: Namespace, output: Output) -> None:
    """The link or the token alone on stdout; what it is on stderr."""
    invites = _invites(session)
    try:
        issued = await (invites.token(options.name) if options.token else invites.invite(options.name))
    except BadName as error:
        raise WrongCall(str(error)) from None
    name = issued.person.name
    if options.token:
        said = f"A token for a program of {name}'s, sent as Authorization: Bearer. It is not shown again."
        output.secret(issued.secret, said, name=name, token=issued.secret)
        return
    page = await asyncio.to_thread(_page, session.settings)
    if "://127.0.0.1" in page and session.settings.public_url is None:
        warn("This address works on this machine only: set PUBLIC_URL to what the page is called elsewhere.")
    link, until = f"{page}/#invite={issued.secret}", issued.expires_at
    said = f"{name} signs one device in with this link, once, until {until:%Y-%m-%d %H:%M} UTC."
    output.secret(link, said, name=name, link=link, expires_at=until)


async def list_people(session: AdminSession, options: Namespace, output: Output) -> None:  # noqa: ARG001 - as all commands
    rows = [
        {
            "name": person.name,
            "devices": person.sessions,
            "tokens": person.tokens,
            "links": person.invites,
            "last_seen": person.seen_at,
            "id": person.user_id,
        }
        for person in await _invites(session).people()
    ]
    await output.rows(_COLUMNS, rows)


async def uninvite(session: AdminSession, options: Namespace, output: Output) -> None:
    try:
        ended = await _invites(session).uninvite(options.name)
    except BadName:
        ended = None
    if ended is None:
        raise WrongCall(f"Nobody was invited as {options.name}. `python -m bot invites` lists who was.")
    output.done(
        f"{ended.name} is signed out everywhere: {ended.sessions} devices, {ended.tokens} tokens, {ended.invites} "
        "unused links. Their pictures stay.",
        name=ended.name,
        devices=ended.sessions,
        tokens=ended.tokens,
        links=ended.invites,
    )


async def link(settings: Settings, options: Namespace, output: Output) -> None:  # noqa: ARG001 - as all commands
    secret = await asyncio.to_thread(local_secret, settings.data_dir)
    address = operator_link(await asyncio.to_thread(_page, settings), secret)
    output.secret(address, "This link opens the page with its studio. Whoever has it manages the page.", link=address)


def _invites(session: AdminSession) -> Invites:
    return Invites(sign_ins=session.stores.sign_ins, clock=SystemClock())


def _page(settings: Settings) -> str:
    """Where people open the page."""
    if settings.public_url is not None:
        return settings.public_url
    running = find_running(settings.database_url)
    if running is not None and running.url:
        return running.url
    if settings.web_port == 0:
        raise WrongCall("WEB_PORT is 0, so the page has an address only while the bot runs. Start it first.")
    host = settings.web_host if is_loopback(settings.web_host) else "127.0.0.1"
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.web_port}"
