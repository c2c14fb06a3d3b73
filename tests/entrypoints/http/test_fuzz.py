"""Real bodies of every tool, bent in every way: each is taken or refused with a 4xx, in bounded time and memory."""

import gzip
import json
import random
import zlib
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from tests.entrypoints.http.opsgenie.genie import NEEDS as OPSGENIE_ROUTES
from tests.entrypoints.http.rig import GENIE_KEY, PAGERDUTY_KEY, Rig

pytestmark = pytest.mark.server

FIXTURES = Path(__file__).parents[2] / "adapters" / "sources" / "fixtures"
SOURCES = sorted(folder.name for folder in FIXTURES.iterdir() if folder.is_dir())
MUTANTS_OF_EACH = 25
SLOWEST = 5.0
"""Seconds, on a machine with much else to do; what takes long here takes for ever."""

STRANGE: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    2**63,
    10**400,
    1e308,
    "",
    " ",
    "\u202e",
    "\U0001f4a9" * 50,
    "x" * 5_000,
    "../../etc/passwd",
    "{{7*7}}",
    "' OR 1=1 --",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-23:59",
    [],
    {},
    [[]],
    [None],
    {"": ""},
    {"a": {"b": {"c": []}}},
)

HOSTILE_TEXTS: tuple[bytes, ...] = (
    b"",
    b" ",
    b"null",
    b"0",
    b'""',
    b"[]",
    b"{}",
    b"{" * 100_000,
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b'{"alerts":[' + b"{}," * 3_000 + b"{}]}",
    b'{"title": NaN}',
    b'{"title": Infinity}',
    b'{"title": "\\ud800"}',
    b'{"title": "\\udc00\\ud800"}',
    b'{"title": "a\\u0000b"}',
    b'{"title": "a\x00b"}',
    b'{"title": "a", "title": "b"}',
    b'{"title": "\xff\xfe"}',
    b'{"title": "a"} {"title": "b"}',
    b'{"title": 1e999999}',
    b'{"title": ' + b"9" * 50_000 + b"}",
    b"\xef\xbb\xbf{}",
    b"\x1f\x8b\x08\x00",
    b"title=Down&severity=critical",
    b"<xml/>",
)


def bodies(source: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted((FIXTURES / source).rglob("*.json"))]


def mutants(body: bytes, dice: random.Random) -> Iterator[bytes]:
    """The body with bytes flipped, cut and doubled, and with values in it replaced by strange ones."""
    for _ in range(MUTANTS_OF_EACH):
        match dice.randrange(4):
            case 0:
                at = dice.randrange(len(body))
                yield body[:at] + bytes([dice.randrange(256)]) + body[at + 1 :]
            case 1:
                yield body[: dice.randrange(len(body))]
            case 2:
                since, until = sorted((dice.randrange(len(body)), dice.randrange(len(body))))
                yield body[:until] + body[since:]
            case _:
                document = json.loads(body)
                for _ in range(dice.randint(1, 3)):
                    document = bent(document, dice)
                yield json.dumps(document).encode()


def bent(value: Any, dice: random.Random) -> Any:
    """One value somewhere in a document replaced, taken out, or put one level deeper."""
    if isinstance(value, dict) and value and dice.random() < 0.85:
        name = dice.choice(list(value))
        if dice.random() < 0.1:
            return {key: one for key, one in value.items() if key != name}
        return value | {name: bent(value[name], dice)}
    if isinstance(value, list) and value and dice.random() < 0.85:
        at = dice.randrange(len(value))
        return [*value[:at], bent(value[at], dice), *value[at + 1 :]]
    return [value] if dice.random() < 0.1 else dice.choice(STRANGE)


async def posted(rig: Rig, path: str, body: bytes, **headers: str) -> int:
    """The status; a 5xx and a slow answer fail here, showing what was sent."""
    start = perf_counter()
    reply = await rig.client.post(path, content=body, headers=headers)
    assert reply.status_code < 500, (path, body[:2_000], reply.text)
    assert perf_counter() - start < SLOWEST, (path, body[:2_000])
    return reply.status_code


@pytest.mark.parametrize("source", SOURCES)
async def test_mutants_of_real_bodies_are_taken_or_refused(rig: Rig, source: str) -> None:
    dice = random.Random(source)
    seen = {
        await posted(rig, f"/webhooks/{source}", mutant, **{"content-type": "application/json"})
        for body in bodies(source)
        for mutant in mutants(body, dice)
    }

    assert seen <= {200, 202, 400, 401}
    assert {202, 400} <= seen


async def test_mutants_of_drop_in_events_are_taken_or_refused(rig: Rig) -> None:
    dice = random.Random("drop-in")
    seen = set()
    for body in bodies("pagerduty"):
        keyed = json.dumps(json.loads(body) | {"routing_key": PAGERDUTY_KEY}).encode()
        for mutant in mutants(keyed, dice):
            seen.add(await posted(rig, "/v2/enqueue", mutant))
            seen.add(await posted(rig, "/v2/change/enqueue", mutant))

    assert seen == {202, 400}


OPSGENIE_BODIES: tuple[dict[str, Any], ...] = (
    {"user": "asha", "source": "script", "note": "seen"},
    {"endTime": "2026-11-23T09:00:00Z"},
    {"owner": {"username": "asha"}, "escalation": {"name": "night"}},
    {"responder": {"type": "team", "name": "kilns"}, "team": {"id": "1"}},
    {"tags": ["a", "b"], "details": {"a": "b", "c": 1}},
    {"message": "m", "description": "d", "priority": "P1"},
)


async def test_mutants_of_opsgenie_requests_are_taken_or_refused(rig: Rig) -> None:
    dice = random.Random("opsgenie")
    seen = set()
    for method, path in OPSGENIE_ROUTES:
        url = path.format(identifier="kiln", requestId="x", actionName="y")
        for sent in OPSGENIE_BODIES:
            for mutant in mutants(json.dumps(sent).encode(), dice):
                seen.add(await asked(rig, method, url, mutant))

    assert seen == {200, 202, 400, 404, 422}


async def asked(rig: Rig, method: str, url: str, body: bytes) -> int:
    start = perf_counter()
    headers = {"authorization": f"GenieKey {GENIE_KEY}"}
    reply = await rig.client.request(method, url, content=body, headers=headers, params={"identifierType": "alias"})
    assert reply.status_code < 500, (method, url, body[:2_000], reply.text)
    assert perf_counter() - start < SLOWEST, (method, url, body[:2_000])
    return reply.status_code


async def test_mutants_of_what_prometheus_sends_are_taken_or_refused(rig: Rig) -> None:
    dice = random.Random("prometheus")
    seen = {
        await posted(rig, "/api/v2/alerts", mutant)
        for body in bodies("prometheus-api-v2")
        for mutant in mutants(body, dice)
    }

    assert seen == {200, 400}


SILENCES: tuple[dict[str, Any], ...] = (
    {"matchers": ['service="payments"', 'env=~"prod|staging"'], "for": "2h", "by": "asha", "why": "database upgrade"},
    {
        "kind": "maintenance",
        "matchers": ['service="payments"'],
        "starts_at": "2026-11-22T02:00:00Z",
        "ends_at": "2027-06-30T00:00:00+02:00",
        "every": ["sun 02:00-04:00", "mon-fri 22:00-06:00"],
        "timezone": "Europe/London",
        "why": "weekly restore test",
    },
)


async def test_mutants_of_silences_are_made_or_refused_and_stay_readable(rig: Rig) -> None:
    dice = random.Random("silences")
    seen = set()
    for body in SILENCES:
        for _ in range(4):
            for mutant in mutants(json.dumps(body).encode(), dice):
                seen.add(await posted(rig, "/api/v1/silences", mutant, **{"content-type": "application/json"}))
    for mutant in mutants(b'{"by": "asha"}', dice):
        seen.add(await posted(rig, "/api/v1/silences/x/end", mutant, **{"content-type": "application/json"}))

    assert seen == {201, 400, 404, 422}
    assert (await rig.client.get("/api/v1/silences?limit=200")).status_code == 200
    await rig.application.silences.refresh()
    await posted(rig, "/webhooks/generic", b'{"title": "Down", "severity": "critical"}')


DROP_IN = (
    "/v2/enqueue",
    "/v2/change/enqueue",
    "/v2/alerts",
    "/v2/alerts/x/close",
    "/v2/alerts/x/notes",
    "/api/v2/alerts",
)


@pytest.mark.parametrize("path", [*(f"/webhooks/{source}" for source in SOURCES), *DROP_IN])
async def test_hostile_texts_are_taken_or_refused(rig: Rig, path: str) -> None:
    for body in HOSTILE_TEXTS:
        for kind in ("application/json", "application/x-www-form-urlencoded", "text/plain", ""):
            assert await posted(rig, path, body, **{"content-type": kind}) in (200, 202, 400, 413, 415, 422)


BOMBED = (
    *DROP_IN,
    "/webhooks/alertmanager",
    "/webhooks/generic",
    "/api/v1/incidents",
    "/api/v1/quarantine/replay",
    "/heartbeats/nightly-backup",
    "/heartbeats/nightly-backup/fail",
    "/v2/heartbeats/nightly-backup/ping",
)


@pytest.mark.parametrize("path", BOMBED)
async def test_bombs_are_413_or_400_and_do_not_unfold(rig: Rig, path: str) -> None:
    bomb = gzip.compress(b"0" * 50_000_000)

    assert await posted(rig, path, bomb, **{"content-encoding": "gzip"}) == 413
    assert await posted(rig, path, zlib.compress(b"0" * 50_000_000), **{"content-encoding": "deflate"}) == 413
    assert await posted(rig, path, bomb[:1_000], **{"content-encoding": "gzip"}) in (400, 413)
    assert await posted(rig, path, b"{}", **{"content-encoding": "gzip"}) == 400
    assert await posted(rig, path, b"{}", **{"content-encoding": "br"}) == 415
    assert await posted(rig, path, b"0" * 1_048_577) == 413


async def test_whatever_a_ping_holds_it_is_a_ping(rig: Rig) -> None:
    for body in HOSTILE_TEXTS:
        for kind in ("application/json", "application/x-www-form-urlencoded", "text/plain", ""):
            for path in ("/heartbeats/nightly-backup", "/v2/heartbeats/nightly-backup/ping"):
                assert await posted(rig, path, body, **{"content-type": kind}) == 202


async def test_strange_bodies_are_no_call_for_a_replay(rig: Rig) -> None:
    dice = random.Random("replay")
    asked = json.dumps({"source": "generic", "limit": 5, "cursor": ""}).encode()
    for body in (*HOSTILE_TEXTS, *(mutant for _ in range(8) for mutant in mutants(asked, dice))):
        assert await posted(rig, "/api/v1/quarantine/replay", body) in (200, 400, 413, 415, 422)


async def test_a_packed_body_is_read_as_if_it_were_not(rig: Rig) -> None:
    body = gzip.compress(json.dumps({"title": "Down", "dedup_key": "packed"}).encode())

    assert await posted(rig, "/webhooks/generic", body, **{"content-encoding": "gzip"}) == 202
    assert await posted(rig, "/webhooks/generic", body + body, **{"content-encoding": "gzip"}) == 400


async def test_a_body_that_comes_in_pieces_without_a_length_is_cut_off_at_the_limit(rig: Rig) -> None:
    async def endless() -> Any:
        while True:
            yield b"0" * 65_536

    reply = await rig.client.post("/webhooks/alertmanager", content=endless())

    assert reply.status_code == 413


async def test_strange_names_in_paths_and_queries_are_refused(rig: Rig) -> None:
    for name in ("%00", "%ff", "%ED%A0%80", "..%2f..", "a" * 5_000, "%0d%0aX-Evil:1", "é"):
        for path in (
            f"/webhooks/{name}",
            f"/api/v1/runbooks/{name}",
            f"/api/v1/quarantine/{name}",
            f"/api/v1/silences/{name}",
            f"/api/v1/postmortems/{name}",
            f"/api/v1/postmortems/{name}/versions/1",
            f"/a/{name}",
            f"/heartbeats/{name}",
            f"/heartbeats/{name}/fail",
        ):
            reply = await rig.client.get(path)
            assert reply.status_code in (401, 404, 405), path
            assert "x-evil" not in reply.headers
        assert (await rig.client.get(f"/v2/heartbeats/{name}/ping")).status_code in (202, 404)
        assert (await rig.client.delete(f"/api/v1/quarantine/{name}")).status_code in (404, 405)
        assert (await rig.client.get(f"/heartbeats/nightly-backup?state={name}")).status_code == 400
        for query in (f"source={name}", f"replayed={name}", f"cursor={name}"):
            assert (await rig.client.get(f"/api/v1/quarantine?{query}")).status_code in (200, 422)
        for query in (f"squad={name}", f"source={name}", f"cursor={name}", f"{name}={name}"):
            assert (await rig.client.get(f"/api/v1/incidents?{query}")).status_code in (200, 422)
