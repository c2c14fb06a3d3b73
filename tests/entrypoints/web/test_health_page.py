"""The health of the router as a page: what is wrong is said first, and a test page can be sent."""

import asyncio

import pytest

from app.domain.errors import StoreUnavailable
from app.service.tokens import Scope
from tests.entrypoints.http.rig import Rig
from tests.entrypoints.web.visitor import Visitor, visiting


async def test_what_nobody_has_tried_is_said(asha: Visitor) -> None:
    seen = await asha.get("/health")

    assert seen.said.startswith("Health of the router")
    assert "Nobody has sent a test page within a month." in seen.said
    assert "Timers of incidents 0 0.0 s" in seen.said
    assert "Asha primary, now has never been sent a test page" in seen.said
    assert "No body of a known source was refused and waits." in seen.said


async def test_a_test_page_is_sent_and_its_result_shown_without_the_whole_number(rig: Rig, asha: Visitor) -> None:
    await asha.get("/health")

    await asha.send("/health/test-page", person="asha")
    await rig.settle()
    seen = await asha.get("/health")

    assert "For Asha, Sun 22 Nov 2026, 03:00 GMT: 1 of 3 ways took it." in seen.said
    assert "sms +*********001 failed: channel sms is not set up no" in seen.said
    assert "Asha is primary and a message failed lately." in seen.said


async def test_somebody_who_is_not_there_is_sent_nothing(asha: Visitor) -> None:
    await asha.get("/health")

    assert (await asha.send("/health/test-page", person="ahsa")).status == 404


async def test_whoever_may_only_read_has_no_button(rig: Rig) -> None:
    async with visiting(rig, "ben", frozenset({Scope.READ})) as ben:
        seen = await ben.get("/health")
        refused = await ben.send("/health/test-page", person="ben")

    assert "Send a test page" not in seen.said
    assert refused.status == 403


async def test_a_refused_file_and_a_refused_body_are_named(rig: Rig, asha: Visitor) -> None:
    await asyncio.to_thread(rig.application.settings.rules.write_text, "version: 2\n")
    await rig.application.reload()
    await rig.client.post("/webhooks/generic", content=b"{", headers={"content-type": "application/json"})

    seen = await asha.get("/health")

    assert "A newer rules file is refused; the one before it keeps paging." in seen.said
    assert "this program reads version 1 of the file" in seen.said
    assert "Refused bodies that wait in quarantine: 1." in seen.said
    assert "generic 1" in seen.said


async def test_with_the_store_away_the_page_says_so_and_shows_the_rest(
    rig: Rig, asha: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise StoreUnavailable("the disk is gone")

    monkeypatch.setattr(type(rig.application.store), "backlog", away)

    seen = await asha.get("/health")

    assert (seen.status, "The store is out of reach" in seen.said, "Channels" in seen.said) == (200, True, True)
