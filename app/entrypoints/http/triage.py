"""The first responder's queue: what is no production alert and waits for somebody to say whose it is."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from app.domain.incident import Incident, Mark, Status, Timer
from app.domain.triage import Cause, State, cause_of, state_of
from app.entrypoints.http.api_route import ApiRoute
from app.entrypoints.http.assembled import App
from app.entrypoints.http.auth import Reader
from app.entrypoints.http.cursors import Cursor, Limit, cursor_of, one_page, position
from app.entrypoints.http.documented import READING, refusals
from app.entrypoints.http.examples import exemplified
from app.entrypoints.http.incident_views import LinkView
from app.entrypoints.http.incidents import Named, is_incident_id
from app.entrypoints.http.view import View
from app.service.triage import QUEUED, Waiting, waiting, with_links

router = APIRouter(prefix="/api/v1/triage", tags=["triage"], route_class=ApiRoute)

_ITEM = {
    "id": "06bf80f9c0000001",
    "state": "queued",
    "why": "missing_runbook",
    "title": "Checkout is slow",
    "squad": "payments",
    "source": "alertmanager",
    "status": "triggered",
    "acknowledged_by": None,
    "opened_at": "2026-11-22T03:00:00Z",
    "age_seconds": 93600,
    "fired_at": "2026-11-23T04:30:00Z",
    "count": 17,
    "firing": 1,
    "muted_until": None,
    "reasons": ["rule payments (routing_rules.yaml:41)", "no runbook: critical is not a production alert without one"],
    "links": [{"href": "https://prometheus.example.com/graph", "text": "source"}],
}


class TriageItem(View):
    """`why` it is no production alert: `severity` by the rules, `missing_runbook`, or `raised` by a person. `count` is
    reports received; `fired_at` the latest of them. `muted_until` is null unless it is muted, and for good."""

    model_config = exemplified(_ITEM)

    id: str
    state: State
    why: Cause
    title: str
    squad: str
    source: str
    status: Status
    acknowledged_by: str | None
    opened_at: datetime
    age_seconds: int
    fired_at: datetime | None
    count: int
    firing: int
    muted_until: datetime | None
    reasons: tuple[str, ...]
    links: list[LinkView]


class TriagePage(View):
    items: list[TriageItem]
    next: str | None


States = Annotated[
    list[State],
    Query(
        description="`queued` (the default): waits for the first responder. `with_squad`: handed to one. `muted`. "
        "`aside`: snoozed, suppressed or only observed. Repeat it for several."
    ),
]


@router.get("", summary="The triage queue, oldest first", responses=refusals(*READING, 422))
async def list_triage(
    application: App,
    token: Reader,
    state: States = [],  # noqa: B006
    squad: Named = "",
    source: Named = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> TriagePage:
    states, after = frozenset(state) or QUEUED, position(cursor, is_incident_id)
    found = await waiting(application.store, limit + 1, after, states, squad, source)
    page, last = one_page(found, limit)
    now = application.clock.now()
    items = [_item(one, now) for one in await with_links(page, application.store)]
    return TriagePage(items=items, next=cursor_of(last.id) if last else None)


def _item(one: Waiting, now: datetime) -> TriageItem:
    incident = one.incident
    own = {name: getattr(incident, name) for name in TriageItem.model_fields if hasattr(incident, name)}
    return TriageItem(
        **own,
        state=state_of(incident) or State.ASIDE,
        why=cause_of(incident),
        age_seconds=max(0, int((now - incident.opened_at).total_seconds())),
        muted_until=_muted_until(incident),
        links=[LinkView.model_validate(link) for link in one.links],
    )


def _muted_until(incident: Incident) -> datetime | None:
    return incident.timers.get(Timer.UNMUTE) if Mark.MUTED in incident.marks else None
