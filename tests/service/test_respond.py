"""An action and what is kept of it are one commit: both are there, or neither."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from app.domain.errors import IllegalTransition, InvalidPayload
from app.domain.events import Acknowledge, Actor, Note, Park, Reassign
from app.domain.incident import Outcome
from app.service.job import Applied
from app.service.ports import Record
from app.service.respond import respond, would_change
from app.wiring import Application
from tests.entrypoints.http.rig import Rig, rigged

ASHA = Actor("asha", "api")


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with rigged(tmp_path) as found:
        yield found


def kept(applied: Applied) -> Sequence[Record]:
    return (Record("kept", "one", f'"{applied.outcome}"'),)


async def one(application: Application) -> Record | None:
    return await application.store.record("kept", "one")


async def test_records_of_an_action_are_kept_with_it(rig: Rig) -> None:
    app, id = rig.application, await rig.opened()

    applied = await respond(id, Acknowledge(ASHA), app.in_force.rules, app.applier, kept)

    assert applied.outcome is Outcome.ACKNOWLEDGED
    assert await one(app) == Record("kept", "one", '"acknowledged"')


async def test_records_of_an_action_that_was_done_before_are_kept_too(rig: Rig) -> None:
    app, id = rig.application, await rig.opened()
    await respond(id, Acknowledge(ASHA), app.in_force.rules, app.applier)

    await respond(id, Acknowledge(ASHA), app.in_force.rules, app.applier, kept)

    assert await one(app) == Record("kept", "one", '"already"')


@pytest.mark.parametrize(
    ("action", "error"),
    [
        (Park(ASHA), IllegalTransition),
        (Reassign(ASHA, "chn"), InvalidPayload),
        (Note(Actor("nobody", "api"), "x"), InvalidPayload),
    ],
)
async def test_nothing_is_kept_of_a_refused_action(rig: Rig, action: Note, error: type[Exception]) -> None:
    app, id = rig.application, await rig.opened()

    with pytest.raises(error):
        await respond(id, action, app.in_force.rules, app.applier, kept)

    assert await one(app) is None


async def test_what_would_change_nothing_is_not_offered(rig: Rig) -> None:
    app, id = rig.application, await rig.opened()
    ctx = app.in_force.context(rig.clock.now())
    acknowledged = (await respond(id, Acknowledge(ASHA), app.in_force.rules, app.applier)).incident

    assert acknowledged is not None
    assert would_change(acknowledged, Park(ASHA), ctx)
    assert not would_change(acknowledged, Acknowledge(ASHA), ctx)


async def test_a_source_acts_by_its_own_name_over_its_own_channel_only(rig: Rig) -> None:
    app, id = rig.application, await rig.opened()

    applied = await respond(id, Note(Actor("generic", "source"), "x"), app.in_force.rules, app.applier)

    assert applied.outcome is Outcome.DONE
    for by in (Actor("generic", "api"), Actor("nobody", "source")):
        with pytest.raises(InvalidPayload, match="no person"):
            await respond(id, Note(by, "x"), app.in_force.rules, app.applier)
