"""The page of silences: made with a form that keeps what was typed, shown with what is left, ended with a button."""

from datetime import timedelta
from html import unescape

import pytest

from app.service.tokens import Scope
from tests.entrypoints.http.rig import PAYMENTS, Rig
from tests.entrypoints.web.visitor import Seen, Visitor, visiting

FORM = {"matchers": 'service="payments"', "kind": "silence", "length": "2h", "why": "database upgrade"}


async def made(visitor: Visitor, **changes: str) -> Seen:
    await visitor.get("/silences")
    return await visitor.send("/silences", **FORM | changes)


async def test_an_empty_page_says_what_a_silence_does(asha: Visitor) -> None:
    seen = await asha.get("/silences")

    assert "Nothing is kept quiet. An alert that matches a silence is kept all the same" in seen.said


async def test_a_silence_is_made_and_shown_with_what_is_left(rig: Rig, asha: Visitor) -> None:
    seen = await made(asha)

    assert (seen.status, seen.path) == (200, "/silences")
    assert "In force. What matches is kept" in seen.said
    assert 'service="payments"' in seen.said
    assert "in force, 2 h 00 left until Sun 22 Nov 2026, 05:00 GMT" in seen.said
    assert "database upgrade" in seen.said
    (kept,) = await rig.application.silences.listed(10)
    assert (kept.by, kept.ends_at - kept.starts_at) == ("asha", timedelta(hours=2))
    audit = (await rig.client.get("/api/v1/audit")).json()["items"]
    assert [(one["what"], one["who"], one["channel"]) for one in audit][:1] == [("silence.create", "asha", "web")]


async def test_a_silence_of_the_page_keeps_alerts_quiet_until_it_is_ended_there(rig: Rig, asha: Visitor) -> None:
    await made(asha)
    (kept,) = await rig.application.silences.listed(10)
    await rig.opened(labels=PAYMENTS)
    quiet = list(rig.channel.got)

    seen = await asha.send(f"/silences/{kept.id}/end")
    await rig.settle()

    assert quiet == []
    assert "It is over. People are told now of what it kept quiet" in seen.said
    assert {message.reader for message in rig.channel.got} == {"Asha", "Ben"}


async def test_one_that_kept_nothing_quiet_ends_without_a_word_to_anybody(rig: Rig, asha: Visitor) -> None:
    await made(asha)
    (kept,) = await rig.application.silences.listed(10)

    seen = await asha.send(f"/silences/{kept.id}/end")

    assert "Nothing that it kept quiet is to be told" in seen.said
    assert "ended Sun 22 Nov 2026, 03:00 GMT by asha" in (await asha.get("/silences?show=all")).said


async def test_maintenance_is_planned_in_the_zone_of_the_reader(rig: Rig, asha: Visitor) -> None:
    asha.client.cookies.set("oncall_zone", "America/New_York")

    seen = await made(asha, kind="maintenance", since="2026-11-28T21:00", length="until", until="2026-11-28T23:00")

    assert "Planned." in seen.said
    assert "to come from Sat 28 Nov 2026, 21:00 EST" in seen.said
    (kept,) = await rig.application.silences.listed(10)
    assert (f"{kept.starts_at:%H:%M}", f"{kept.ends_at:%H:%M}", kept.kind) == ("02:00", "04:00", "maintenance")


async def test_hours_of_the_week_are_those_of_the_rules(rig: Rig, asha: Visitor) -> None:
    seen = await made(asha, length="168h", every="sun 02:00-04:00\nmon-fri 22:00-06:00\n")

    assert "every sun 02:00-04:00, mon-fri 22:00-06:00 (Europe/London)" in seen.said
    assert "in force, 1 h 00 left" in seen.said


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"matchers": " "}, "say which alerts are meant"),
        ({"matchers": "service"}, "matchers"),
        ({"matchers": 'service=~".*"'}, "it means every alert"),
        ({"why": ""}, "say why"),
        ({"kind": "holiday"}, "say whether it is a silence or maintenance"),
        ({"length": "until"}, "say until when"),
        ({"length": "until", "until": "2026-11-20T10:00"}, "must lie after the start"),
        ({"length": "for ever"}, "for ever"),
        ({"since": "tomorrow"}, "From: write it as 2026-11-29 02:00"),
        ({"since": "0001-01-01T00:00"}, "From: write it as"),
        ({"every": "sun 25:00"}, "every"),
        ({"matchers": 'a="b"\n' * 51}, "at most 50 lines"),
    ],
)
async def test_what_cannot_be_is_said_and_what_was_typed_stays(
    rig: Rig, asha: Visitor, changes: dict[str, str], reason: str
) -> None:
    seen = await made(asha, **{"why": "database upgrade <b>"} | changes)

    assert seen.status == 422
    assert reason in seen.said
    assert seen.value("why") == (changes.get("why", "database upgrade <b>"))
    assert await rig.application.silences.listed(10) == []


async def test_an_incident_leads_to_a_form_with_what_its_alert_is_known_by(rig: Rig, asha: Visitor) -> None:
    labels = PAYMENTS | {"alertname": "Down", "path": 'C:\\"x"'}
    id = await rig.opened(labels=labels)

    page = await asha.get(f"/incidents/{id}")
    (link,) = page.every("a", href=f"/silences?incident={id}#new")
    seen = await asha.get(str(link["href"]))
    made = await asha.send("/silences", **FORM | {"matchers": typed(seen)})

    assert typed(seen).splitlines() == ['alertname="Down"', 'path="C:\\\\\\"x\\""', 'service="payments"']
    assert made.status == 200
    (kept,) = await rig.application.silences.listed(10)
    (row,) = await rig.application.store.alerts(id, 1)
    assert kept.matches(row.alert)


async def test_an_alert_without_labels_is_meant_by_what_it_is_kept_under(rig: Rig, asha: Visitor) -> None:
    id = await rig.opened(labels={})

    assert typed(await asha.get(f"/silences?incident={id}")) == 'dedup_key="down"\nsource="generic"'


async def test_an_incident_that_is_not_there_fills_nothing_in(asha: Visitor) -> None:
    assert (await asha.get("/silences?incident=06bf80f9c0000001")).status == 404


def typed(seen: Seen) -> str:
    """What stands in the form's matchers."""
    return unescape(seen.html.partition('id="matchers"')[2].partition(">")[2].partition("</textarea>")[0])


async def test_who_may_only_read_sees_them_and_has_no_buttons(rig: Rig, asha: Visitor) -> None:
    await made(asha)

    async with visiting(rig, "ben", frozenset({Scope.READ})) as ben:
        seen = await ben.get("/silences")
        refused = await ben.send("/silences", **FORM)

    assert 'service="payments"' in seen.said
    assert [one for one in seen.every("form") if "/silences" in (one.get("action") or "")] == []
    assert refused.status == 403


async def test_markup_in_a_reason_is_text(asha: Visitor) -> None:
    seen = await made(asha, why="<script>alert(1)</script>")

    assert "<script>alert(1)" not in seen.html
    assert "<script>alert(1)</script>" in seen.said
