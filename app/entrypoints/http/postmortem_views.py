"""The shape of what the API shows of post-mortems and their action items."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from types import MappingProxyType

from app.domain.action_item import ActionItem, ActionKind, ActionState
from app.domain.postmortem import PostMortem, PostMortemState, Section, unwritten
from app.domain.runbook_debt import RunbookDebt
from app.entrypoints.http.examples import exemplified
from app.entrypoints.http.view import View
from app.service.action_tickets import ActionTicket
from app.service.postmortem_records import ListedAction, Summary

Tickets = Mapping[str, ActionTicket]
NO_TICKETS: Tickets = MappingProxyType({})

_ID, _ACTION_ID = "06bf80f9c0000001", "06bf80f9c0000002"

SUMMARY = {
    "id": _ID,
    "version": 3,
    "state": "in_review",
    "title": "Payments API is down",
    "severity": "critical",
    "squad": "payments",
    "owner": "asha",
    "facilitator": "ben",
    "opened_at": "2026-11-22T03:00:00Z",
    "resolved_at": "2026-11-22T04:10:00Z",
    "due_at": "2026-11-27T17:30:00Z",
    "overdue": False,
    "published_at": None,
    "open_actions": 1,
    "runbook_helped": False,
}
ACTION = {
    "id": _ACTION_ID,
    "kind": "new_alert",
    "text": "Alert on the depth of the payment queue",
    "owner": "asha",
    "state": "open",
    "due": "2026-12-04",
    "tracked": "payments",
    "ticket": "https://github.com/example/payments/issues/7",
    "ticket_problem": "",
}
SECTIONS = {
    "impact": "No card payment went through for 70 minutes: 412 customers.",
    "root_cause": "The pool of connections was sized for half of today's traffic, and no test loads it.",
    "detection": "The alert PaymentsApiDown, two minutes after the first failure.",
    "resolution": "Asha doubled the pool and restarted the API.",
    "prevention": "Size the pool by traffic; load it in the nightly test.",
}
MOMENT = {"at": "2026-11-22T03:02:10Z", "who": "asha", "what": "acknowledged", "text": "asha has it"}
WHOLE = {
    **{name: value for name, value in SUMMARY.items() if name != "open_actions"},
    "runbook": "payments-api-down",
    "source": "alertmanager",
    "acknowledged_at": "2026-11-22T03:02:10Z",
    "people": ["asha", "ben"],
    "sections": SECTIONS,
    "unwritten": [],
    "further": "",
    "timeline": [MOMENT],
    "actions": [ACTION],
    "created_at": "2026-11-22T04:10:05Z",
    "saved_at": "2026-11-23T10:00:00Z",
    "saved_by": "asha",
    "change": "sent to review",
}


class PostMortemSummary(View):
    """`id` is the incident's. `runbook_helped` is null until somebody has said."""

    model_config = exemplified(SUMMARY)

    id: str
    version: int
    state: PostMortemState
    title: str
    severity: str
    squad: str
    owner: str
    facilitator: str
    opened_at: datetime
    resolved_at: datetime | None
    due_at: datetime
    overdue: bool
    published_at: datetime | None
    open_actions: int
    runbook_helped: bool | None


class PostMortemPage(View):
    items: list[PostMortemSummary]
    next: str | None


class MomentView(View):
    model_config = exemplified(MOMENT)

    at: datetime
    who: str
    what: str
    text: str


class ActionItemView(View):
    """`due` is a local date; `tracked` the squad in whose tracker a ticket of it was asked for. `ticket` is where that
    stands, `ticket_problem` why it could not be opened; both are empty while it is on its way."""

    model_config = exemplified(ACTION)

    id: str
    kind: ActionKind
    text: str
    owner: str
    state: ActionState
    due: date | None
    tracked: str
    ticket: str = ""
    ticket_problem: str = ""


class ListedActionView(ActionItemView):
    """An action item with the incident that it comes from."""

    model_config = exemplified({**ACTION, "post_mortem": _ID, "title": "Payments API is down", "squad": "payments"})

    post_mortem: str
    title: str
    squad: str


class ActionPage(View):
    items: list[ListedActionView]
    next: str | None


class PostMortemView(View):
    """One version. `sections` and `further` are Markdown of people, not to be trusted as HTML. `unwritten` are the
    sections that keep it from being published."""

    model_config = exemplified(WHOLE)

    id: str
    version: int
    state: PostMortemState
    title: str
    severity: str
    squad: str
    source: str
    runbook: str
    owner: str
    facilitator: str
    people: tuple[str, ...]
    opened_at: datetime
    acknowledged_at: datetime | None
    resolved_at: datetime | None
    due_at: datetime
    overdue: bool
    published_at: datetime | None
    runbook_helped: bool | None
    sections: Mapping[Section, str]
    unwritten: tuple[Section, ...]
    further: str
    timeline: list[MomentView]
    actions: list[ActionItemView]
    created_at: datetime
    saved_at: datetime
    saved_by: str
    change: str


class VersionView(View):
    model_config = exemplified(
        {"version": 3, "state": "in_review", "at": "2026-11-23T10:00:00Z", "by": "asha", "change": "sent to review"}
    )

    version: int
    state: PostMortemState
    at: datetime
    by: str
    change: str


class VersionPage(View):
    items: list[VersionView]
    next: str | None


class MarkdownView(View):
    model_config = exemplified({"id": _ID, "version": 3, "markdown": "---\nincident: 06bf80f9c0000001\n…"})

    id: str
    version: int
    markdown: str


class OwedRunbookView(View):
    """A runbook that did not help in the incident `id`. `owner` is a squad or a person."""

    model_config = exemplified(
        {
            "id": _ID,
            "runbook": "payments-api-down",
            "owner": "payments",
            "title": "Payments API is down",
            "by": "asha",
            "opened_at": "2026-11-23T10:00:00Z",
            "settled_at": None,
            "settled_by": "",
        }
    )

    id: str
    runbook: str
    owner: str
    title: str
    by: str
    opened_at: datetime
    settled_at: datetime | None
    settled_by: str


class OwedRunbookPage(View):
    items: list[OwedRunbookView]
    next: str | None


def summary_view(one: Summary, now: datetime) -> PostMortemSummary:
    return PostMortemSummary(**asdict(one), overdue=one.is_overdue(now))


def action_view(one: ActionItem, tickets: Tickets = NO_TICKETS) -> ActionItemView:
    found = tickets.get(one.id, ActionTicket())
    view = ActionItemView.model_validate(one)
    return view.model_copy(update={"ticket": found.url, "ticket_problem": found.problem})


def listed_action_view(one: ListedAction, tickets: Tickets = NO_TICKETS) -> ListedActionView:
    return ListedActionView(
        **action_view(one.item, tickets).model_dump(), post_mortem=one.post_mortem, title=one.title, squad=one.squad
    )


def debt_view(one: RunbookDebt) -> OwedRunbookView:
    return OwedRunbookView.model_validate(one)


def version_view(one: PostMortem) -> VersionView:
    return VersionView(version=one.version, state=one.state, at=one.at, by=one.by, change=one.change)


def whole_view(one: PostMortem, now: datetime, tickets: Tickets = NO_TICKETS) -> PostMortemView:
    facts = one.facts
    return PostMortemView(
        id=one.id,
        version=one.version,
        state=one.state,
        title=facts.title,
        severity=facts.severity,
        squad=facts.squad,
        source=facts.source,
        runbook=facts.runbook,
        owner=one.owner,
        facilitator=one.facilitator,
        people=facts.people,
        opened_at=facts.opened_at,
        acknowledged_at=facts.acknowledged_at,
        resolved_at=facts.resolved_at,
        due_at=one.due_at,
        overdue=one.is_overdue(now),
        published_at=one.published_at,
        runbook_helped=one.runbook_helped,
        sections=one.sections,
        unwritten=unwritten(one),
        further=one.further,
        timeline=[MomentView.model_validate(moment) for moment in facts.timeline],
        actions=[action_view(item, tickets) for item in one.actions],
        created_at=one.created_at,
        saved_at=one.at,
        saved_by=one.by,
        change=one.change,
    )
