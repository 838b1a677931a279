"""The rule of bot.domain.visibility in SQL; a test holds both together."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, or_

from bot.domain.people import Person

from .tables import jobs


def may_see(person: Person) -> ColumnElement[bool]:
    """See bot.domain.visibility.may_see."""
    own = and_(jobs.c.author_platform == person.platform, jobs.c.author_id == person.user_id)
    here = and_(jobs.c.platform == person.platform, jobs.c.community_id == person.community_id)
    shown: list[ColumnElement[bool]] = [jobs.c.channel_id.in_(person.channels)] if person.channels else []
    if not person.confined:
        shown += [jobs.c.private == false(), jobs.c.shared_at.is_not(None)]
    return or_(own, and_(here, or_(*shown))) if shown else own
