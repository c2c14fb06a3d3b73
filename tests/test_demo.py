"""The demonstration is seeded with a past that holds together, and then lives."""

import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from app.config import Settings
from app.entrypoints.http.app import create_app
from app.wiring import assemble
from demo.acting import Acting
from demo.past import TOKEN, play
from demo.town import settle_in
from tests.contracts.channel_rig import free_port
from tests.stories.stage import VirtualClock

pytestmark = pytest.mark.server

NOW = datetime(2026, 11, 25, 14, 30, tzinfo=UTC)
LINK = re.compile(r"http://\S+/sign-in/link/\S+")


@asynccontextmanager
async def looking_back(settings: Settings) -> AsyncIterator[Acting]:
    """The server over what was played, at the instant at which it ended."""
    asked = settings.model_copy(update={"admin_token": TOKEN})
    application = await assemble(asked, clock=VirtualClock(NOW), channels={}, secrets={})
    transport, headers = httpx.ASGITransport(create_app(application)), {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://demo", headers=headers) as client:
        yield Acting(client)
    await application.close()


async def test_the_past_has_incidents_post_mortems_pay_and_a_morning_of_its_own(tmp_path: Path) -> None:
    settings = settle_in(tmp_path / "town", NOW.date(), 8080)
    told: list[tuple[int, int]] = []

    await play(settings, NOW, lambda done, of: told.append((done, of)))

    async with looking_back(settings) as acting:
        month = f"since={(NOW - timedelta(days=35)).date()}T00:00:00Z&until={NOW.date()}T00:00:00Z"
        pay = await acting.get(f"/api/v1/pay?{month}")
        published = await acting.get("/api/v1/postmortems?state=published")
        open_now = await acting.get("/api/v1/incidents?status=triggered&status=acknowledged")
        queue = await acting.get("/api/v1/triage")
    assert told[-1][0] == told[-1][1] > 15
    assert len([one for one in pay["totals"] if float(one["total"]) > 0]) >= 4
    assert pay["remarks"] == []
    assert len(published["items"]) >= 3
    assert {one["title"].partition(":")[0] for one in open_now["items"]} >= {"PaymentsApiDown", "HighErrorRate"}
    assert len(queue["items"]) >= 3


def test_one_command_seeds_it_and_serves_it(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "demo", "--port", str(free_port()), "--folder", str(tmp_path / "town")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as demo:
        try:
            assert demo.stdout
            link = next(found[0] for line in demo.stdout if (found := LINK.search(line)))

            reply = httpx.get(link)
        finally:
            demo.send_signal(signal.SIGINT)

    assert (reply.status_code, "sign in" in reply.text.lower()) == (200, True)
    assert demo.returncode == 0
