"""Opsgenie's search language, on views as they are shown."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import InvalidPayload
from app.entrypoints.http.opsgenie.search import LONGEST, parse_query

VIEW: dict[str, Any] = {
    "id": "06bf80f9c0000001",
    "tinyId": "486206137081266177",
    "alias": "payments-api-down",
    "message": "Payments API is down",
    "status": "open",
    "acknowledged": False,
    "isSeen": False,
    "tags": ["database", "team a"],
    "snoozed": False,
    "count": 3,
    "lastOccurredAt": "2026-11-22T03:00:00.000Z",
    "createdAt": "2026-11-22T03:00:00.000Z",
    "updatedAt": "2026-11-22T03:00:00.000Z",
    "source": "probe",
    "owner": "asha@example.com",
    "priority": "P1",
    "responders": [{"type": "team", "name": "payments"}],
    "integration": {"name": "opsgenie", "type": "API"},
    "report": {"acknowledgedBy": "asha@example.com"},
    "actions": ["Restart"],
    "entity": "api-1",
    "description": "No request has succeeded",
    "details": {"region": "eu"},
}
NOVEMBER = 1_793_500_000_000
"""Unix milliseconds, some weeks before the alert."""


@pytest.mark.parametrize(
    "query",
    [
        "",
        "  ",
        "status: open",
        "status:OPEN",
        "status = open AND priority: P1",
        "status: open priority: P1",
        "priority: P3 OR priority: P1",
        "NOT status: closed",
        "not (status: closed or snoozed: true)",
        "(status: closed OR tag: database) AND acknowledged: false",
        'tag: "team a"',
        "tag: data*",
        "tags: *base",
        "alias: payments*",
        "payments",
        '"api is"',
        "message: *API*",
        "message: down",
        "description: succeeded",
        "details.key: region AND details.value: EU",
        "count: 3 AND count >= 3 AND count < 4",
        f"createdAt > {NOVEMBER} AND lastOccurredAt >= {NOVEMBER}",
        "tinyId: 486206137081266177",
        "alertId: 06bf80f9c0000001",
        "acknowledgedBy: asha@example.com",
        "integration.name: opsgenie",
        "integration.type: api",
        "teams: payments",
        "responders: payments",
        "action: restart",
        "entity: api-1",
        "owner: asha*",
    ],
)
def test_what_fits_is_kept(query: str) -> None:
    assert parse_query(query)(VIEW)


@pytest.mark.parametrize(
    "query",
    [
        "status: closed",
        "NOT status: open",
        "status: open AND priority: P3",
        "alias: payments",
        "tag: base",
        "details.key: eu",
        "count > 3",
        "snoozedUntil > 0",
        f"createdAt < {NOVEMBER}",
        "closedBy: asha@example.com",
        "kiln",
    ],
)
def test_what_does_not_fit_is_not(query: str) -> None:
    assert not parse_query(query)(VIEW)


@pytest.mark.parametrize(
    "query",
    [
        "colour: red",
        "(status: open",
        "status: open)",
        "()",
        "AND",
        "NOT",
        "status: open AND",
        "count: many",
        "createdAt > yesterday",
        "(" * 200 + "x" + ")" * 200,
        "NOT " * 200 + "x",
        "x" * (LONGEST + 1),
    ],
)
def test_what_cannot_be_read_is_refused(query: str) -> None:
    with pytest.raises(InvalidPayload) as refused:
        parse_query(query)

    assert refused.value.field == "query"


@given(st.text(alphabet='()"*:=<> anotrdcuseg.1', max_size=60))
def test_any_text_is_read_or_refused(query: str) -> None:
    try:
        keeps = parse_query(query)
    except InvalidPayload:
        return
    assert keeps(VIEW) in (True, False)
