"""The actions beyond asking for pictures, and the buttons that they answer."""

from __future__ import annotations

from dataclasses import dataclass

from bot.actions.gallery import GalleryActions
from bot.actions.moderate import Moderate
from bot.actions.reports import Reports
from bot.actions.variants import Variants
from bot.domain.ports import Clock

from .desk import Desk
from .presses import Presses
from .presses.moderation import ModeratorPresses, ReportPresses
from .presses.opinions import OpinionPresses
from .presses.variants import VariantPresses
from .wire import Wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Further:
    """Each may be missing; its buttons are then answered as if the job were gone."""

    gallery: GalleryActions | None = None
    variants: Variants | None = None
    reports: Reports | None = None
    moderate: Moderate | None = None

    @property
    def complete(self) -> bool:
        """Whether the buttons under results can all be answered; else results have only the first few."""
        return self.gallery is not None and self.variants is not None and self.reports is not None

    def answer(self, presses: Presses, *, desk: Desk, wire: Wire, clock: Clock) -> OpinionPresses | None:
        """Have the buttons answered. What comes back is to be closed."""
        if self.variants is not None:
            VariantPresses(presses, desk=desk, variants=self.variants, gallery=self.gallery)
        if self.reports is not None:
            ReportPresses(presses, reports=self.reports, answers=desk.answers)
        if self.moderate is not None:
            ModeratorPresses(presses, moderate=self.moderate, answers=desk.answers)
        if self.gallery is None:
            return None
        return OpinionPresses(presses, gallery=self.gallery, answers=desk.answers, wire=wire, clock=clock)
