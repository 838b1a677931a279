from __future__ import annotations

import pytest

from bot.domain.ports import PictureStore
from bot.pictures.store import open_pictures


@pytest.fixture
def store(tmp_path_factory: pytest.TempPathFactory) -> PictureStore:
    return open_pictures(f"file://{tmp_path_factory.mktemp('pictures')}")
