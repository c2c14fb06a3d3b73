"""What the contract of a source runs on: a source with its fixtures, requests, hostile bodies and mutations."""

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from app.domain.alert import Alert
from app.domain.classify import SourceSettings
from app.service.source_ports import Alerts, Request, Source

AT = datetime(2026, 6, 14, 2, 12, tzinfo=UTC)
SECRET = "a-made-up-secret-of-thirty-two-c"
CANARY = "ZQXCANARYZQX"

HOSTILE_BODIES = {
    "nothing": b"",
    "only blanks": b" \n",
    "not JSON": b'{"a": ' + CANARY.encode(),
    "cut off": b'{"alerts": [{"labels": {"a": "' + CANARY.encode(),
    "not UTF-8": b'{"a": "' + CANARY.encode() + b'\xff"}',
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": -Infinity}',
    "half a surrogate pair": b'{"a": "' + CANARY.encode() + b'\\ud83d"}',
    "raw NUL": b'{"a": "' + CANARY.encode() + b'\x00"}',
    "escaped NUL": b'{"a": "' + CANARY.encode() + b'\\u0000"}',
    "escaped NUL in a key": b'{"\\u0000": 1}',
    "the same key twice": b'{"' + CANARY.encode() + b'": 1, "' + CANARY.encode() + b'": 2}',
    "a depth bomb": b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a number of 5,000 digits": b'{"a": ' + b"9" * 5_000 + b"}",
}
MALFORMED_PROOFS = (
    "",
    " ",
    "x",
    "ünïcödé",
    "\ud800",
    "é" * 64,
    "0" * 64,
    "sha256=" + "0" * 64,
    "v1,",
    "\x00",
    "=" * 9_999,
)
REPLACEMENTS: tuple[Any, ...] = (
    *(None, True, 0, -1, 1e308, 10**30, "", " ", "resolved", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00"),
    *([], {}, [[]], [None], {"a": {"b": [1]}}, "💥" * 50, "https://example.net/", "javascript:x", "１２３"),
)


@dataclass(frozen=True, slots=True)
class Rig:
    """A source with its fixtures. `prove` puts the tool's right proof on a request, `with_proof` any other. `options`
    are those of the instance.

    `is_named`: the firing request says what its alert is called.
    """

    source: Source
    fixtures: Path
    firing: Request
    resolved: Request
    tests: tuple[Request, ...] = ()
    prove: Callable[[Request, str, datetime], Request] = lambda request, secret, at: request
    with_proof: Callable[[Request, str], Request] = lambda request, value: request
    is_body_signed: bool = True
    is_time_signed: bool = False
    is_named: bool = True
    needs_secret: bool = True
    options: Mapping[str, object] = field(default_factory=dict)

    @property
    def instance(self) -> SourceSettings:
        return an_instance(self.source, **self.options)

    def bodies(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted(self.fixtures.glob("*.json"))]


def an_instance(source: Source, **options: object) -> SourceSettings:
    return SourceSettings(name=f"our-{source.type}", type=source.type, severities=source.severities, options=options)


def a_request(
    body: bytes | str, path: str = "/webhooks/x", query: dict[str, str] | None = None, **headers: str
) -> Request:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = body.encode() if isinstance(body, str) else body
    return Request("POST", path, query or {}, {"content-type": "application/json", **given}, sent, AT)


def alerts_of(source: Source, request: Request, **options: object) -> tuple[Alert, ...]:
    """What a source understands in a request that must hold alerts."""
    understood = source.parse(request, an_instance(source, **options))
    assert isinstance(understood, Alerts), understood
    return understood.alerts


def with_header(request: Request, name: str, value: str) -> Request:
    return replace(request, headers={**request.headers, name: value})


@st.composite
def mutations(draw: st.DrawFn, body: bytes) -> bytes:
    """A body with a few values deleted or swapped for others, or cut off, or with a byte changed."""
    match draw(st.sampled_from(("values", "values", "values", "cut", "byte"))):
        case "cut":
            return body[: draw(st.integers(0, len(body)))]
        case "byte":
            place = draw(st.integers(0, len(body) - 1))
            return body[:place] + bytes([draw(st.integers(0, 255))]) + body[place + 1 :]
        case _:
            sent = json.loads(body)
            for _ in range(draw(st.integers(1, 4))):
                sent = _mutate(draw, sent)
            return json.dumps(sent).encode()


def _mutate(draw: st.DrawFn, value: Any) -> Any:
    if not isinstance(value, dict | list) or not value or draw(st.integers(0, 5)) == 0:
        return deepcopy(draw(st.sampled_from(REPLACEMENTS)))
    place = draw(st.sampled_from(sorted(value) if isinstance(value, dict) else range(len(value))))
    if draw(st.integers(0, 3)) == 0:
        del value[place]
    else:
        value[place] = _mutate(draw, value[place])
    return value
