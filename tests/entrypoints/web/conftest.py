"""One application a test, and a browser of somebody who is signed in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.entrypoints.http.rig import Rig, rigged
from tests.entrypoints.web.visitor import Visitor, visiting


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with rigged(tmp_path) as found:
        yield found


@pytest.fixture
async def asha(rig: Rig) -> AsyncIterator[Visitor]:
    """Signed in, with every scope."""
    async with visiting(rig, "asha") as visitor:
        yield visitor
