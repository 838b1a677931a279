"""Charts as files that Slack can show. They belong to no job."""

from __future__ import annotations

import structlog

from bot.cards.usage_card import Chart
from bot.domain.errors import PlatformError
from bot.domain.ports import FittedPicture
from bot.drawing.raster import DrawingError, Raster

from .limits import ALT_TEXT
from .text import clip
from .uploads import Uploads
from .workspaces import Workspace

_log = structlog.get_logger(__name__)

_NAME = "easel-usage.png"


class Charts:
    def __init__(self, *, raster: Raster, uploads: Uploads) -> None:
        self._raster = raster
        self._uploads = uploads

    async def upload(self, workspace: Workspace, chart: Chart) -> str | None:
        """The file's id; None where there is no picture of it to be had: its numbers stand beside it in words."""
        try:
            data = await self._raster.png(chart.svg)
            picture = FittedPicture(name=_NAME, data=data, width=0, height=0, media_type="image/png", reduced=False)
            (file_id,) = await self._uploads.plain(workspace, [picture], [clip(chart.alt, ALT_TEXT)])
        except (PlatformError, DrawingError, OSError) as error:
            _log.info("chart_failed", action="chart", error=str(error))
            return None
        return file_id
