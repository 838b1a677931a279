"""Picture files that nobody may have any more."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.ports import PersonalData, PictureStore

BATCH = 100  # files deleted in one call, so that others get their turn


async def delete_files(personal: PersonalData, pictures: PictureStore, keys: Sequence[str]) -> None:
    """Delete these and say so. After an OSError or a kill `prune` gives what is left once more."""
    for start in range(0, len(keys), BATCH):
        batch = keys[start : start + BATCH]
        await pictures.delete(batch)
        await personal.pictures_gone(batch)
