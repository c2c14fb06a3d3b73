"""The router's own beat, heard by a real server: it comes while the work is done, and not otherwise."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from pytest_httpserver import HTTPServer
from structlog.testing import capture_logs

from app.adapters.metrics import Metrics
from app.adapters.outbound_http import OutboundHttp
from app.config import Settings
from app.domain.errors import StoreUnavailable
from app.entrypoints import beat
from app.entrypoints.beat import Beat, LoopHealth
from app.entrypoints.worker import Worker
from tests.stories.stage import Stage, alert, stage

SECRET = "secret-ping-key"
PATH = f"/ping/{SECRET}"
NIGHT = "2026-11-22 03:00"


class Steady:
    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def a_health(**loops: float) -> tuple[LoopHealth, Steady]:
    """Of loops that have just gone round and pause so long."""
    steady = Steady()
    health = LoopHealth(steady)
    for name, pause in loops.items():
        health.begun(name)
        health.went_round(name, pause)
    return health, steady


def test_a_loop_is_stuck_when_its_next_round_is_long_overdue() -> None:
    health, steady = a_health(tick=1.0, dispatch=1.0, sweep=60.0)

    found = []
    for at in (31.0, 31.5, 90.0, 90.5):
        steady.at = at
        found.append(health.objection())
    health.went_round("tick", 1.0)
    health.went_round("dispatch", 1.0)

    assert found == ["", "stuck: dispatch, tick", "stuck: dispatch, tick", "stuck: dispatch, sweep, tick"]
    assert health.objection() == "stuck: sweep"


def test_a_loop_that_has_never_gone_round_is_stuck_too() -> None:
    steady = Steady()
    health = LoopHealth(steady)
    health.begun("tick")

    steady.at = 30.5

    assert health.objection() == "stuck: tick"


def test_what_the_self_audit_finds_late_is_an_objection() -> None:
    health, _ = a_health(tick=1.0)

    health.late = True

    assert health.objection() == "the self-audit finds something late"


@asynccontextmanager
async def beating(health: LoopHealth, url: str) -> AsyncIterator[Beat]:
    http = OutboundHttp(total=timedelta(seconds=2))
    yield Beat(url, http, health, Metrics())
    await http.aclose()


@pytest.mark.server
@pytest.mark.parametrize("status", [200, 404, 500, 302])
async def test_a_beat_is_one_get_and_its_address_is_never_logged(httpserver: HTTPServer, status: int) -> None:
    httpserver.expect_request(PATH, method="GET").respond_with_data("OK", status=status)
    health, _ = a_health(tick=1.0)

    with capture_logs() as logged:
        async with beating(health, httpserver.url_for(PATH)) as one:
            for _ in range(2):
                await one.send()

    assert [request.path for request, _ in httpserver.log] == [PATH, PATH]
    assert [line["event"] for line in logged] == ([] if status == 200 else ["beat.failed"])
    assert SECRET not in str(logged)
    result = "sent" if status == 200 else "failed"
    assert one.metrics.registry.get_sample_value("oncall_beats_total", {"result": result}) == 2


@pytest.mark.server
async def test_nobody_at_the_other_end_is_said_once_and_without_the_address() -> None:
    health, _ = a_health(tick=1.0)

    with capture_logs() as logged:
        async with beating(health, f"http://127.0.0.1:9{PATH}") as one:
            for _ in range(2):
                await one.send()

    assert [line["event"] for line in logged] == ["beat.failed"]
    assert SECRET not in str(logged)


@asynccontextmanager
async def working(folder: Path, httpserver: HTTPServer, **settings: Any) -> AsyncIterator[Stage]:
    """The app with its loops running, which beats twenty times a second."""
    httpserver.expect_request(PATH).respond_with_data("OK")
    fast = {"heartbeat_url": httpserver.url_for(PATH), "heartbeat_seconds": 0.05, "poll_seconds": 0.02}
    async with stage(folder, NIGHT, **fast | settings) as story:
        worker = Worker(story.application)
        worker.start()
        yield story
        await worker.stop()


async def until(is_so: Callable[[], bool]) -> None:
    for _ in range(1000):
        if is_so():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came")


async def stops(httpserver: HTTPServer) -> None:
    """No beat comes any more."""
    async with asyncio.timeout(10):
        before = -1
        while before != len(httpserver.log):
            before = len(httpserver.log)
            await asyncio.sleep(0.5)


@pytest.mark.server
async def test_a_worker_beats_until_one_of_its_loops_is_stuck_and_again_when_it_is_not(
    tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beat, "SLACK", 0.3)
    async with working(tmp_path, httpserver) as story:
        await until(lambda: len(httpserver.log) > 3)
        goes_on = asyncio.Event()

        async def hangs(*arguments: Any) -> list[str]:
            await goes_on.wait()
            return []

        with monkeypatch.context() as stuck:
            stuck.setattr(type(story.application.store), "claim_due", lambda _, *arguments: hangs(*arguments))
            await stops(httpserver)
        goes_on.set()

        count = len(httpserver.log)
        await until(lambda: len(httpserver.log) > count + 3)


@pytest.mark.server
async def test_a_worker_whose_store_is_away_stops_beating(
    tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beat, "SLACK", 0.3)
    async with working(tmp_path, httpserver) as story:
        await until(lambda: len(httpserver.log) > 3)

        async def away(*arguments: Any) -> None:
            raise StoreUnavailable("the store is out of reach")

        with monkeypatch.context() as gone:
            for name in ("claim_due", "next_due", "backlog"):
                gone.setattr(type(story.application.store), name, lambda _, *arguments: away(*arguments))
            await stops(httpserver)


@pytest.mark.server
async def test_a_worker_that_is_late_with_a_page_stops_beating(
    tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.entrypoints.worker.AUDIT_SECONDS", 0.05)
    async with working(tmp_path, httpserver) as story:
        await until(lambda: len(httpserver.log) > 3)

        async def nothing(*arguments: Any) -> list[str]:
            return []

        with monkeypatch.context() as idle:
            idle.setattr(type(story.application.store), "claim_notifications", lambda _, *given: nothing(*given))
            group = {"version": "4", "groupKey": "g", "status": "firing", "alerts": [alert()]}
            assert (await story.client.post("/webhooks/alertmanager", json=group)).status_code == 202
            story.clock.at += timedelta(seconds=11)
            await stops(httpserver)

        count = len(httpserver.log)
        await until(lambda: len(httpserver.log) > count + 3)


@pytest.mark.server
async def test_a_process_that_only_takes_alerts_does_not_beat(tmp_path: Path, httpserver: HTTPServer) -> None:
    async with stage(tmp_path, NIGHT, heartbeat_url=httpserver.url_for(PATH)) as story:
        settings = story.application.settings
        story.application.settings = settings.model_copy(update={"role": "api"})

        rounds = Worker(story.application)._rounds()

        assert "beat" not in rounds
        assert "heartbeats" in rounds


@pytest.mark.parametrize("url", ["hc-ping.example.com/secret", "ftp://x/secret", "https://", "http://[secret"])
def test_an_address_that_is_none_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(heartbeat_url=url)

    (error,) = refused.value.errors(include_input=False)
    assert error["msg"] == "Value error, must be a web address that begins with https:// or http://"
