"""Pages of several processes on one store: a session is good at each, and each shows what came in at another."""

from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from secrets import token_hex

import httpx
import pytest

from app.entrypoints.web.live import Leave
from tests.stories.stage import Stage, alert, stage

pytestmark = pytest.mark.server

NIGHT = "2026-11-22 03:00"


async def text(story: Stage, cookies: httpx.Cookies, path: str) -> tuple[str, str]:
    """Where a page is in the end, and what it says."""
    story.client.cookies = cookies
    reply = await story.client.get(path, follow_redirects=True)
    return reply.url.path, reply.text


async def test_a_session_and_an_incident_of_one_replica_are_known_at_the_other(new_redis: str, tmp_path: Path) -> None:
    shared = {"store": new_redis, "deployment": token_hex(4), "secret_key": "a key for links", "role": "api"}
    async with AsyncExitStack() as stack:
        stages = []
        for name in ("one", "other"):
            (tmp_path / name).mkdir()
            own = {**shared, "journal": tmp_path / name / "journal", "public_url": "http://router.test"}
            stages.append(await stack.enter_async_context(stage(tmp_path / name, NIGHT, **own)))
        one, other = stages
        link = (await one.client.post("/api/v1/sign-in-links", json={"person": "asha"})).json()["url"]
        await other.client.post(link)
        session = other.client.cookies
        leave = Leave(other.clock.now() + timedelta(hours=1), _stays)
        viewer = other.app.state.live._events("a view", lambda: _piece(other, session), leave)
        assert b"nobody has it" not in await anext(viewer)

        await one.fire(alert())

        assert "nobody has it" in (await text(other, session, "/"))[1]
        event = await anext(viewer)
        while event.startswith(b"event: beat"):
            event = await anext(viewer)
        assert b"nobody has it" in event
        await viewer.aclose()
        token = other.application.sessions.form_token(other.application.sessions.read(session["oncall_session"]).id)
        one.client.cookies = session
        await one.client.post("/sign-out", data={"form_token": token})
        other.clock.at += timedelta(seconds=11)
        assert (await text(other, session, "/"))[0] == "/sign-in"


async def _stays() -> bool:
    return False


async def _piece(story: Stage, session: httpx.Cookies) -> bytes:
    return (await text(story, session, "/live/incidents?once"))[1].encode()
