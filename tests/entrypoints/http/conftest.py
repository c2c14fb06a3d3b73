"""One application a test, over a store of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.entrypoints.http.rig import Rig, rigged


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with rigged(tmp_path) as found:
        yield found
