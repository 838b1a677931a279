"""Everything that is heard in Slack, put together."""

from __future__ import annotations

from dataclasses import dataclass

from bot.actions import Imagine, JobActions
from bot.domain.ports import Clock

from .asking import People
from .boundary import Boundary
from .charts import Charts
from .delivery import Delivery
from .desk import Desk
from .easel import Easel
from .extras import Extras
from .home import Home
from .listeners import Listeners
from .membership import Membership
from .moderation import Moderation
from .mydata import MyDataAnswers
from .ordering import Ordering
from .own_defaults import OwnDefaults
from .posted_files import JobNotes
from .presses import Presses
from .saving import Saving
from .showing import Showing
from .studio import Settings
from .uploads import Uploads
from .usage_answer import UsageAnswer
from .wire import Wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What answers and what posts have in common."""

    wire: Wire
    people: People
    boundary: Boundary
    delivery: Delivery
    membership: Membership
    uploads: Uploads
    notes: JobNotes
    clock: Clock


def listeners(
    shared: Shared, *, imagine: Imagine, jobs: JobActions, extras: Extras, serve_strangers: bool
) -> Listeners:
    """What `extras` don't hold is answered with what there is."""
    ordering = Ordering(
        delivery=shared.delivery,
        membership=shared.membership,
        people=shared.people,
        boundary=shared.boundary,
        wire=shared.wire,
        jobs=jobs,
        clock=shared.clock,
        serve_strangers=serve_strangers,
    )
    showing = Showing(
        wire=shared.wire, uploads=shared.uploads, notes=shared.notes, people=shared.people, boundary=shared.boundary
    )
    presses = Presses(
        extras=extras,
        ordering=ordering,
        people=shared.people,
        boundary=shared.boundary,
        delivery=shared.delivery,
        showing=showing,
    )
    desk = Desk(
        imagine=imagine,
        jobs=jobs,
        extras=extras,
        ordering=ordering,
        presses=presses,
        people=shared.people,
        boundary=shared.boundary,
        clock=shared.clock,
    )
    saving = Saving(people=shared.people, boundary=shared.boundary, undoable=extras.moderate is not None)
    settings = Settings(extras=extras, people=shared.people, boundary=shared.boundary, ordering=ordering, saving=saving)
    moderation = None
    if extras.people is not None and extras.moderate is not None:
        moderation = Moderation(
            rules=extras.people,
            moderate=extras.moderate,
            people=shared.people,
            boundary=shared.boundary,
            ordering=ordering,
            saving=saving,
        )
    charts = Charts(raster=extras.raster, uploads=shared.uploads)
    home = Home(
        extras=extras, people=shared.people, boundary=shared.boundary, wire=shared.wire, charts=charts, showing=showing
    )
    usage = None
    if extras.account is not None:
        usage = UsageAnswer(
            account=extras.account, wire=shared.wire, boundary=shared.boundary, charts=charts, showing=showing
        )
    own = OwnDefaults(extras=extras, people=shared.people, boundary=shared.boundary, ordering=ordering, home=home)
    mydata = MyDataAnswers(
        extras=extras, people=shared.people, boundary=shared.boundary, ordering=ordering, wire=shared.wire
    )
    return Listeners(
        desk=desk,
        easel=Easel(
            extras=extras,
            people=shared.people,
            boundary=shared.boundary,
            settings=settings,
            moderation=moderation,
            own=own,
            mydata=mydata,
            usage=usage,
            showing=showing,
        ),
        settings=settings,
        moderation=moderation,
        home=home,
        own=own,
        mydata=mydata,
        wire=shared.wire,
    )
