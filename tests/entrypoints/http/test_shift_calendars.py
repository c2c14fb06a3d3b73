"""Calendars of shifts: behind addresses that cannot be guessed, the same bytes for the same shifts."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import vobject

from app.domain.rota_facts import KeptCover
from app.service.rota_facts import Change
from app.service.tokens import Scope
from tests.entrypoints.http.rig import RULES, Rig, rigged

ANONYMOUS = {"Authorization": ""}


async def address(rig: Rig, feed: str = "person/asha") -> str:
    """The path of a feed."""
    reply = await rig.client.get(f"/api/v1/calendars/{feed}")
    assert reply.status_code == 200, reply.text
    return str(reply.json()["url"]).removeprefix("http://router.test")


def events(text: str) -> list[Any]:
    return list(vobject.readOne(text).vevent_list)


async def covered(rig: Rig, person: str, since: datetime, until: datetime) -> None:
    cover = KeptCover("1", "primary", person, "asha", since, until, person, rig.clock.now())
    await rig.application.rota_facts.change(lambda kept, scene: Change((cover,)))


async def test_a_calendar_application_reads_a_persons_shifts_without_signing_in(rig: Rig) -> None:
    path = await address(rig)

    reply = await rig.client.get(path, headers=ANONYMOUS)

    assert (reply.status_code, reply.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert reply.headers["x-robots-tag"] == "noindex"
    now = next(one for one in events(reply.text) if one.dtstart.value <= rig.clock.now() < one.dtend.value)
    assert (now.summary.value, now.dtstart.value, now.dtend.value) == (
        "On call: primary",
        datetime(2026, 11, 16, 17, 30, tzinfo=UTC),
        datetime(2026, 11, 23, 17, 30, tzinfo=UTC),
    )


async def test_names_in_any_script_have_a_calendar(tmp_path: Path) -> None:
    named = RULES.replace("  eve: {", "  浅田: {name: 浅田, console: x}\n  eve: {").replace(
        "members: [eve]", "members: [浅田]"
    )
    async with rigged(tmp_path, written=named) as rig:
        path = await address(rig, "person/浅田")

        reply = await rig.client.get(path, headers=ANONYMOUS)

    assert path.isascii()
    assert reply.status_code == 200
    assert {one.summary.value for one in events(reply.text)} == {"On call: first responder"}


async def test_a_rotas_calendar_shows_who_holds_it_with_cover(rig: Rig) -> None:
    since = datetime(2026, 11, 24, 20, tzinfo=UTC)
    await covered(rig, "ben", since, since + timedelta(hours=4))

    reply = await rig.client.get(await address(rig, "rota/primary"), headers=ANONYMOUS)

    of_ben = [one for one in events(reply.text) if one.summary.value == "Ben: primary"]
    assert [(one.dtstart.value, one.dtend.value) for one in of_ben] == [(since, since + timedelta(hours=4))]


async def test_the_same_shifts_are_the_same_bytes_and_need_not_be_sent_again(rig: Rig) -> None:
    path = await address(rig, "rota/primary")
    first = await rig.client.get(path, headers=ANONYMOUS)
    rig.clock.pass_by(timedelta(hours=1))

    second = await rig.client.get(path, headers=ANONYMOUS)
    third = await rig.client.get(path, headers={**ANONYMOUS, "If-None-Match": first.headers["etag"]})
    await covered(rig, "ben", rig.clock.now(), rig.clock.now() + timedelta(hours=1))
    fourth = await rig.client.get(path, headers={**ANONYMOUS, "If-None-Match": first.headers["etag"]})

    assert second.content == first.content
    assert (third.status_code, third.content) == (304, b"")
    assert fourth.status_code == 200


async def test_a_renewed_address_is_another_and_the_old_one_leads_nowhere(rig: Rig) -> None:
    old = await address(rig)

    reply = await rig.client.post("/api/v1/calendars/person/asha/renew")

    new = str(reply.json()["url"]).removeprefix("http://router.test")
    assert new != old
    assert new == await address(rig)
    assert reply.json()["renewed_at"] == "2026-11-22T03:00:00Z"
    assert (await rig.client.get(old, headers=ANONYMOUS)).status_code == 404
    assert (await rig.client.get(new, headers=ANONYMOUS)).status_code == 200


async def test_a_repeated_renewal_renews_once_and_keeps_no_address(rig: Rig) -> None:
    key = {"Idempotency-Key": "k"}

    first = await rig.client.post("/api/v1/calendars/rota/primary/renew", headers=key)
    again = await rig.client.post("/api/v1/calendars/rota/primary/renew", headers=key)

    assert again.headers["idempotency-replayed"] == "true"
    assert (again.json()["url"], again.json()["renewed_at"]) == ("", first.json()["renewed_at"])
    assert str(first.json()["url"]).endswith(await address(rig, "rota/primary"))


@pytest.mark.parametrize(
    "path",
    [
        "/ical/{secret}/person/ben.ics",
        "/ical/{secret}/rota/asha.ics",
        "/ical/{secret}/person/asha",
        "/ical/{secret}/people/asha.ics",
        "/ical/{secret}x/person/asha.ics",
        "/ical/x/person/asha.ics",
        "/ical/x/person/nobody.ics",
        "/ical/%F0%9F%94%A5/person/asha.ics",
    ],
)
async def test_any_other_address_is_not_found_and_says_nothing_of_what_there_is(rig: Rig, path: str) -> None:
    secret = (await address(rig)).split("/")[2]

    reply = await rig.client.get(path.format(secret=secret), headers=ANONYMOUS)
    unknown = await rig.client.get("/ical/x/person/nobody.ics", headers=ANONYMOUS)

    assert (reply.status_code, reply.json()) == (404, unknown.json())


async def test_the_secret_is_in_no_log(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    path = await address(rig)
    await rig.client.get(path, headers=ANONYMOUS)
    await rig.client.post("/api/v1/calendars/person/asha/renew")
    new = await address(rig)

    logged = capsys.readouterr().out

    assert "/ical/***/person/asha.ics" in logged
    assert path.split("/")[2] not in logged
    assert new.split("/")[2] not in logged
    audit = (await rig.client.get("/api/v1/audit")).text
    assert "calendar.renew" in audit
    assert new.split("/")[2] not in audit


async def test_a_persons_address_is_for_them_and_for_who_may_manage(rig: Rig) -> None:
    own = await rig.token(Scope.READ, person="asha")
    other = await rig.token(Scope.READ, person="ben")

    async def status(path: str, who: dict[str, str], method: str = "GET") -> int:
        return (await rig.client.request(method, f"/api/v1/calendars/{path}", headers=who)).status_code

    assert await status("person/asha", own) == 200
    assert await status("person/asha/renew", own, "POST") == 200
    assert await status("person/asha", other) == 403
    assert await status("person/asha/renew", other, "POST") == 403
    assert await status("rota/primary", other) == 200
    assert await status("rota/primary/renew", other, "POST") == 403
    assert await status("rota/primry", own) == 404
    assert await status("group/asha", own) == 422


async def test_a_rota_is_exported_between_two_instants(rig: Rig) -> None:
    reply = await rig.client.get(
        "/api/v1/rotas/primary/calendar.ics?since=2026-12-01T00:00:00Z&until=2027-01-01T00:00:00Z"
    )

    assert reply.headers["content-disposition"] == "inline; filename*=UTF-8''primary.ics"
    assert [one.dtstart.value.day for one in events(reply.text)] == [7, 14, 21]


@pytest.mark.parametrize(
    ("query", "status"),
    [("primry/calendar.ics", 404), ("primary/calendar.ics?until=2026-11-01T00:00:00Z", 422)],
)
async def test_an_export_that_cannot_be_is_refused(rig: Rig, query: str, status: int) -> None:
    assert (await rig.client.get(f"/api/v1/rotas/{query}")).status_code == status
