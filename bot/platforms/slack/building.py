"""Everything that is heard in Slack, put together."""

from __future__ import annotations

from dataclasses import dataclass

from bot.actions import Actions
from bot.domain.ports import Clock
from bot.drawing.raster import Raster

from .api import SlackApi
from .boundary import Boundary
from .charts import Charts
from .delivery import Delivery
from .ephemeral_messages import EphemeralMessages
from .handler import RequestHandler
from .home import Home
from .job_submitter import JobSubmitter
from .listeners import Listeners
from .membership import Membership
from .posted_files import JobNotes
from .replying import Replying
from .request_context import People
from .typed_names import TypedNames
from .uploads import Uploads
from .usage_answer import UsageAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What answers and what posts have in common."""

    api: SlackApi
    people: People
    boundary: Boundary
    delivery: Delivery
    membership: Membership
    uploads: Uploads
    notes: JobNotes
    clock: Clock


def listeners(shared: Shared, *, actions: Actions, raster: Raster) -> Listeners:
    api, people, boundary, clock = shared.api, shared.people, shared.boundary, shared.clock
    submitter = JobSubmitter(
        cards=shared.delivery.cards,
        membership=shared.membership,
        people=people,
        boundary=boundary,
        api=api,
    )
    ephemeral = EphemeralMessages(api=api, uploads=shared.uploads, notes=shared.notes, people=people, boundary=boundary)
    charts = Charts(raster=raster, uploads=shared.uploads)
    home = Home(
        actions=actions,
        boundary=boundary,
        api=api,
        charts=charts,
        ephemeral=ephemeral,
    )
    replying = Replying(
        boundary=boundary,
        submitter=submitter,
        cards=shared.delivery.cards,
        results=shared.delivery.results,
        ephemeral=ephemeral,
        uploads=shared.uploads,
        usage=UsageAnswer(api=api, boundary=boundary, charts=charts, ephemeral=ephemeral),
        api=api,
    )
    handler = RequestHandler(
        actions=actions,
        submitter=submitter,
        replying=replying,
        people=people,
        boundary=boundary,
        home=home,
        clock=clock,
        names=api.names,
    )
    typed_names = TypedNames(api=api, people=people, clock=clock)
    return Listeners(handler=handler, home=home, typed_names=typed_names, api=api, clock=clock)
