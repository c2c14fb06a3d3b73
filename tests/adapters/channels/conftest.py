"""What the tests of channels over HTTP share."""

from collections.abc import AsyncIterator

import pytest

from app.adapters.outbound_http import OutboundHttp
from tests.contracts.channel_rig import QUICK


@pytest.fixture
async def http() -> AsyncIterator[OutboundHttp]:
    http = OutboundHttp(total=QUICK)
    yield http
    await http.aclose()
