"""While the store is away, pages show what this replica holds, say that this is not all, and take what people do."""

from pathlib import Path

from app.adapters.sessions import Session
from app.service.tokens import ADMIN
from tests.entrypoints.web.visitor import Seen
from tests.stories.outages import replica, switchable
from tests.stories.stage import Stage, alert

NIGHT = "2026-11-22 03:00"


async def seen(story: Stage, path: str, **form: str) -> Seen:
    if form:
        return Seen(await story.client.post(path, data=form, follow_redirects=True))
    return Seen(await story.client.get(path, follow_redirects=True))


async def test_what_is_held_is_listed_acknowledged_and_goes_on_when_the_store_is_back(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        sessions = story.application.sessions
        session = Session.begin("asha", "", ADMIN, story.clock.now())
        story.client.cookies.set("oncall_session", sessions.seal(session))
        switch.away = True
        await story.fire(alert())

        listed = await seen(story, "/")
        (link,) = [str(a["href"]) for a in listed.every("a") if str(a.get("href")).startswith("/incidents/")]
        done = await seen(story, f"{link}/acknowledge", form_token=sessions.form_token(session.id))
        switch.away = False
        await story.settle()
        after = await seen(story, "/")

        assert "The shared store is out of reach." in listed.said
        assert "nobody has it" in listed.said
        assert done.status == 200
        assert "You have it." in done.said
        assert "Acknowledged by Asha" in done.said
        assert "out of reach" not in after.said
        assert "acknowledged Asha" in after.said


async def test_what_is_not_held_here_is_said_not_to_be_known(tmp_path: Path) -> None:
    async with switchable(tmp_path) as switch, replica(tmp_path / "one", NIGHT, switch) as story:
        session = Session.begin("asha", "", ADMIN, story.clock.now())
        story.client.cookies.set("oncall_session", story.application.sessions.seal(session))
        switch.away = True

        shown = await seen(story, "/incidents/06bf80f9c0000001")

        assert shown.status == 503
        assert shown.headers["retry-after"]
        assert "It cannot be shown now" in shown.said
