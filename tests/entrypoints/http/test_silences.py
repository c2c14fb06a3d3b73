"""Silences over HTTP: what is shown of one, every refusal, and that a repeated request does nothing twice."""

from datetime import timedelta
from typing import Any

import pytest

from app.domain.errors import StoreUnavailable
from app.service.self_audit import audit
from app.service.tokens import Scope
from tests.entrypoints.http.rig import Rig

SILENCES = "/api/v1/silences"
KEY = {"Idempotency-Key": "9c7cde10-6a4f-4b0e-b6a7-1e5d7f3f5a11"}
BODY = {"matchers": ['service="payments"'], "for": "2h", "by": "asha", "why": "database upgrade"}


async def made(rig: Rig, **changes: Any) -> dict[str, Any]:
    body = {name: value for name, value in (BODY | changes).items() if value is not None}
    reply = await rig.client.post(SILENCES, json=body)
    assert reply.status_code == 201, reply.text
    return dict(reply.json())


async def listed(rig: Rig, query: str = "") -> list[str]:
    return [one["id"] for one in (await rig.client.get(f"{SILENCES}{query}")).json()["items"]]


async def test_one_is_made_and_shown(rig: Rig) -> None:
    silence = await made(rig)

    assert silence == {
        "id": silence["id"],
        "kind": "silence",
        "state": "active",
        "matchers": ['service="payments"'],
        "starts_at": "2026-11-22T03:00:00Z",
        "ends_at": "2026-11-22T05:00:00Z",
        "every": [],
        "timezone": "",
        "until": "2026-11-22T05:00:00Z",
        "next": None,
        "by": "asha",
        "why": "database upgrade",
        "created_at": "2026-11-22T03:00:00Z",
        "ended_at": None,
        "ended_by": "",
    }
    assert (await rig.client.get(f"{SILENCES}/{silence['id']}")).json() == silence


async def test_weekly_maintenance_is_in_the_zone_of_the_rules_and_says_when_it_is_next(rig: Rig) -> None:
    silence = await made(
        rig, kind="maintenance", every=["mon 02:00-04:00"], ends_at="2027-06-30T00:00:00Z", **{"for": None}
    )

    shown = {name: silence[name] for name in ("kind", "state", "every", "timezone", "until", "next")}
    assert shown == {
        "kind": "maintenance",
        "state": "between",
        "every": ["mon 02:00-04:00"],
        "timezone": "Europe/London",
        "until": None,
        "next": "2026-11-23T02:00:00Z",
    }
    elsewhere = await made(rig, every=["mon 02:00-04:00"], timezone="Asia/Tokyo")
    assert (elsewhere["timezone"], elsewhere["next"], elsewhere["until"]) == ("Asia/Tokyo", None, None)
    assert elsewhere["state"] == "between"


async def test_it_says_how_it_stands_as_time_passes(rig: Rig) -> None:
    id = (await made(rig, starts_at="2026-11-22T04:00:00Z"))["id"]
    states = []
    for _ in range(4):
        states.append((await rig.client.get(f"{SILENCES}/{id}")).json()["state"])
        rig.clock.pass_by(timedelta(hours=1))

    assert states == ["pending", "active", "active", "over"]


async def test_the_incident_says_why_nobody_is_told_and_until_when(rig: Rig) -> None:
    silence = await made(rig)

    incident = await rig.incident(await rig.opened())

    assert incident["suppression"] == {
        "by": "silence",
        "reason": f"silence {silence['id']} by asha: database upgrade",
        "ends_at": "2026-11-22T05:00:00Z",
        "until": "2026-11-22T03:10:00Z",
    }
    (shown,) = (await rig.client.get("/api/v1/incidents?suppressed=true")).json()["items"]
    assert shown["id"] == incident["id"]
    assert rig.channel.got == []


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"matchers": []}, "matchers", "at least 1 item"),
        ({"matchers": ["{}"]}, "matchers", "must hold one that asks for a value, or it means every alert"),
        ({"matchers": ['env!="dev"']}, "matchers", "must hold one that asks for a value"),
        ({"matchers": ['service="payments']}, "matchers", ""),
        ({"matchers": ['service=~"("']}, "matchers", ""),
        ({"for": "367d"}, "for", "longer than a year"),
        ({"for": None, "ends_at": "2028-01-01T00:00:00Z"}, "ends_at", "is more than a year after the start"),
        ({"for": None, "ends_at": "2026-11-22T02:00:00Z"}, "ends_at", "must lie after the start, and in the future"),
        ({"starts_at": "2026-11-22T00:00:00Z"}, "ends_at", "must lie after the start, and in the future"),
        ({"for": "0s"}, "ends_at", "must lie after the start, and in the future"),
        ({"ends_at": "2026-11-22T05:00:00Z"}, "ends_at", "say either `ends_at` or `for`"),
        ({"for": None}, "ends_at", "say either `ends_at` or `for`"),
        ({"timezone": "Europe/Lodnon"}, "timezone", "is not a time zone"),
        ({"every": ["sun 02:00-04:00"], "timezone": "../../etc/passwd"}, "timezone", "is not a time zone"),
        ({"every": ["daily"]}, "every", "write it as"),
        ({"every": ["sun 02:00-04:00", "sun 03:00-05:00"]}, "every", "the hours overlap"),
        ({"kind": "inhibition"}, "kind", ""),
        ({"why": " "}, "why", "at least 1 character"),
        ({"why": None}, "why", ""),
        ({"because": "x"}, "because", ""),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_made(
    rig: Rig, changes: dict[str, Any], field: str, said: str
) -> None:
    body = {name: value for name, value in (BODY | changes).items() if value is not None}

    reply = await rig.client.post(SILENCES, json=body)

    assert reply.status_code == 422
    problem = reply.json()
    assert field in problem.get("field", "") or any(field in one["field"] for one in problem["errors"]), problem
    assert said in reply.text
    assert await listed(rig) == []


async def test_unknown_ids_and_cursors_are_refused(rig: Rig) -> None:
    assert (await rig.client.get(f"{SILENCES}/nobody")).status_code == 404
    assert (await rig.client.post(f"{SILENCES}/nobody/end", json={})).status_code == 404
    assert (await rig.client.get(f"{SILENCES}?cursor=%C3%A9")).status_code == 422


async def test_reading_and_making_need_their_scopes(rig: Rig) -> None:
    reader, ingest = await rig.token(Scope.READ), await rig.token(Scope.INGEST)
    id = (await made(rig))["id"]

    assert (await rig.client.get(SILENCES, headers=reader)).status_code == 200
    for headers in (reader, ingest):
        assert (await rig.client.post(SILENCES, json=BODY, headers=headers)).status_code == 403
        assert (await rig.client.post(f"{SILENCES}/{id}/end", json={}, headers=headers)).status_code == 403
    assert (await rig.client.get(SILENCES, headers=ingest)).status_code == 403


async def test_a_persons_token_says_who_and_speaks_for_nobody_else(rig: Rig) -> None:
    hers = await rig.token(Scope.RESPOND, person="asha")
    nameless = {name: value for name, value in BODY.items() if name != "by"}

    own = await rig.client.post(SILENCES, json=nameless, headers=hers)
    others = await rig.client.post(SILENCES, json=BODY | {"by": "ben"}, headers=hers)

    assert (own.status_code, own.json()["by"]) == (201, "asha")
    assert others.status_code == 403


async def test_they_are_listed_newest_first_in_pages_and_without_those_that_are_over(rig: Rig) -> None:
    ids = [(await made(rig, **{"for": length}))["id"] for length in ("1h", "2h", "1h", "2h")]

    first = (await rig.client.get(f"{SILENCES}?limit=3")).json()
    assert [one["id"] for one in first["items"]] == ids[:0:-1]
    assert await listed(rig, f"?limit=3&cursor={first['next']}") == ids[:1]

    rig.clock.pass_by(timedelta(hours=1))
    assert await listed(rig) == ids[::-1]
    page = (await rig.client.get(f"{SILENCES}?over=false&limit=1")).json()
    assert [one["id"] for one in page["items"]] == [ids[3]]
    assert await listed(rig, f"?over=false&limit=1&cursor={page['next']}") == [ids[1]]


async def test_a_repeated_request_makes_one_silence(rig: Rig) -> None:
    first = await rig.client.post(SILENCES, json=BODY, headers=KEY)
    again = await rig.client.post(SILENCES, json=BODY, headers=KEY)

    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert await listed(rig) == [first.json()["id"]]


async def test_a_repeated_end_gives_the_same_reply(rig: Rig) -> None:
    path = f"{SILENCES}/{(await made(rig))['id']}/end"
    await rig.opened()

    first, again = [await rig.client.post(path, json={"by": "ben"}, headers=KEY) for _ in range(2)]

    assert (first.json()["state"], first.json()["ended_by"], first.json()["told"]) == ("over", "ben", 1)
    assert again.content == first.content
    without_key = await rig.client.post(path, json={"by": "chen"})
    assert (without_key.json()["ended_by"], without_key.json()["told"]) == ("ben", 0)


async def test_making_and_ending_are_in_the_audit_log_once(rig: Rig) -> None:
    silence = await made(rig, kind="maintenance")
    for _ in range(2):
        await rig.client.post(f"{SILENCES}/{silence['id']}/end", json={"by": "ben"})

    acts = (await rig.client.get("/api/v1/audit")).json()["items"][::-1]

    assert [(one["what"], one["target"], one["who"], one["note"]) for one in acts] == [
        (
            "maintenance.create",
            silence["id"],
            "asha",
            'service="payments" until 2026-11-22T05:00:00Z: database upgrade',
        ),
        ("silence.end", silence["id"], "ben", ""),
    ]


async def test_a_commit_that_fails_makes_no_silence_and_keeps_no_reply(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    store: Any = rig.application.store

    async def fails(*given: object) -> None:
        raise StoreUnavailable("the disk is full", retry_after=7)

    with monkeypatch.context() as patched:
        patched.setattr(store, "commit", fails)
        refused = await rig.client.post(SILENCES, json=BODY, headers=KEY)
    assert (refused.status_code, await listed(rig)) == (503, [])
    assert rig.application.in_force.silences == ()

    assert (await rig.client.post(SILENCES, json=BODY, headers=KEY)).status_code == 201


async def test_what_tells_nobody_is_counted_by_what_kept_it_quiet(rig: Rig) -> None:
    await made(rig)
    await made(rig, kind="maintenance", matchers=['service="search"'])

    await rig.opened()
    await rig.opened()
    await rig.opened(dedup_key="search", labels={"service": "search"})
    await rig.opened(dedup_key="till", labels={"service": "till"})

    metrics = rig.application.metrics
    metrics.audited(await audit(rig.application.store, rig.clock), rig.application.in_force, rig.clock.now())
    found = {
        line.split(" ")[0]: float(line.split(" ")[1])
        for line in metrics.page().decode().splitlines()
        if line.startswith(("oncall_suppressed_total", "oncall_silences{"))
    }
    assert found == {
        'oncall_suppressed_total{by="silence"}': 1,
        'oncall_suppressed_total{by="maintenance"}': 1,
        'oncall_silences{kind="silence"}': 1,
        'oncall_silences{kind="maintenance"}': 1,
    }
    rig.clock.pass_by(timedelta(hours=2))
    metrics.audited(await audit(rig.application.store, rig.clock), rig.application.in_force, rig.clock.now())
    assert b'oncall_silences{kind="silence"} 0.0' in metrics.page()
