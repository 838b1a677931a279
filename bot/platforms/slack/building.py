"""Everything that is heard in Slack, put together."""

from __future__ import annotations

from dataclasses import dataclass

from bot.actions import Actions
from bot.domain.ports import Clock
from bot.drawing.raster import Raster

from .asking import People
from .boundary import Boundary
from .charts import Charts
from .delivery import Delivery
from .desk import Desk
from .easel import Easel
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


def listeners(shared: Shared, *, actions: Actions, raster: Raster, serve_strangers: bool) -> Listeners:
    ordering = Ordering(
        delivery=shared.delivery,
        membership=shared.membership,
        people=shared.people,
        boundary=shared.boundary,
        wire=shared.wire,
        serve_strangers=serve_strangers,
    )
    showing = Showing(
        wire=shared.wire, uploads=shared.uploads, notes=shared.notes, people=shared.people, boundary=shared.boundary
    )
    presses = Presses(
        actions=actions,
        ordering=ordering,
        people=shared.people,
        boundary=shared.boundary,
        delivery=shared.delivery,
        showing=showing,
    )
    desk = Desk(
        actions=actions,
        ordering=ordering,
        presses=presses,
        people=shared.people,
        boundary=shared.boundary,
        clock=shared.clock,
    )
    saving = Saving(people=shared.people, boundary=shared.boundary)
    settings = Settings(
        actions=actions, people=shared.people, boundary=shared.boundary, ordering=ordering, saving=saving
    )
    moderation = Moderation(
        rules=actions.people,
        moderate=actions.moderate,
        people=shared.people,
        boundary=shared.boundary,
        ordering=ordering,
        saving=saving,
    )
    charts = Charts(raster=raster, uploads=shared.uploads)
    home = Home(
        actions=actions,
        people=shared.people,
        boundary=shared.boundary,
        wire=shared.wire,
        charts=charts,
        showing=showing,
    )
    usage = UsageAnswer(
        account=actions.account, wire=shared.wire, boundary=shared.boundary, charts=charts, showing=showing
    )
    own = OwnDefaults(actions=actions, people=shared.people, boundary=shared.boundary, ordering=ordering, home=home)
    mydata = MyDataAnswers(
        actions=actions, people=shared.people, boundary=shared.boundary, ordering=ordering, wire=shared.wire
    )
    return Listeners(
        desk=desk,
        easel=Easel(
            actions=actions,
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
