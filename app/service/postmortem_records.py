"""Post-mortems as the store keeps them: every version whole, and beside it what lists and reminders are made from."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.action_item import ActionItem, ActionKind, ActionState
from app.domain.errors import NotFound
from app.domain.postmortem import Facts, Moment, PostMortem, PostMortemState, Section
from app.domain.postmortem_deadlines import Owed, end_of
from app.service.ports import Record

VERSION = "postmortem-version"
"""One record a version, by `<incident>/<version>`: of two who save the same version, the store takes the first."""

SUMMARY = "postmortem"
OWED = "postmortem-owed"
ACTION = "postmortem-action"


@dataclass(frozen=True, slots=True)
class Summary:
    """What a list shows of a post-mortem, and which version is the latest."""

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
    published_at: datetime | None
    open_actions: int
    runbook_helped: bool | None

    def is_overdue(self, now: datetime) -> bool:
        return self.state is not PostMortemState.PUBLISHED and self.due_at <= now


@dataclass(frozen=True, slots=True)
class ListedAction:
    """An action item with the incident that it comes from."""

    item: ActionItem
    post_mortem: str
    title: str
    squad: str


def version_id(id: str, version: int) -> str:
    return f"{id}/{version:06}"


def version_record(one: PostMortem) -> Record:
    return Record(VERSION, version_id(one.id, one.version), _json(asdict(one)))


def beside(one: PostMortem, before: PostMortem | None, zone: ZoneInfo) -> Iterator[Record]:
    """All that is kept of a version besides itself. `zone` is where action items' days end."""
    yield Record(SUMMARY, one.id, _json(asdict(summary_of(one))))
    owed = Owed(one.id, "", one.facts.title, one.owner, one.facts.squad, one.due_at)
    yield _owed_record(owed, one, is_over=one.state is PostMortemState.PUBLISHED)
    for item in one.actions:
        was = before.action(item.id) if before else None
        if item != was or (before and before.facts.title != one.facts.title):
            yield Record(ACTION, item.id, _json(asdict(listed_action(one, item.id))))
        if item.due:
            owed = Owed(one.id, item.id, item.text, item.owner, one.facts.squad, end_of(item.due, zone))
            yield _owed_record(owed, one, is_over=item.state is not ActionState.OPEN)
        elif was and was.due:
            owed = Owed(one.id, item.id, item.text, item.owner, one.facts.squad, one.at)
            yield _owed_record(owed, one, is_over=True)


def read_version(record: Record) -> PostMortem:
    body = json.loads(record.body)
    return PostMortem(
        **body
        | {
            "state": PostMortemState(body["state"]),
            "facts": _facts(body["facts"]),
            "sections": {Section(name): text for name, text in body["sections"].items()},
            "actions": tuple(map(_action, body["actions"])),
            **_instants(body, "created_at", "due_at", "at", "published_at"),
        }
    )


def read_summary(record: Record) -> Summary:
    body = json.loads(record.body)
    instants = _instants(body, "opened_at", "resolved_at", "due_at", "published_at")
    return Summary(**body | {"state": PostMortemState(body["state"]), **instants})


def read_action(record: Record) -> ListedAction:
    body = json.loads(record.body)
    return ListedAction(**body | {"item": _action(body["item"])})


def read_owed(record: Record) -> Owed:
    body = json.loads(record.body)
    return Owed(**body | _instants(body, "due_at"))


def summary_of(one: PostMortem) -> Summary:
    facts = one.facts
    return Summary(
        id=one.id,
        version=one.version,
        state=one.state,
        title=facts.title,
        severity=facts.severity,
        squad=facts.squad,
        owner=one.owner,
        facilitator=one.facilitator,
        opened_at=facts.opened_at,
        resolved_at=facts.resolved_at,
        due_at=one.due_at,
        published_at=one.published_at,
        open_actions=sum(item.state is ActionState.OPEN for item in one.actions),
        runbook_helped=one.runbook_helped,
    )


def listed_action(one: PostMortem, id: str) -> ListedAction:
    """Raises `NotFound`."""
    item = one.action(id)
    if item is None:
        raise NotFound(f"there is no action item {id[:40]!r}")
    return ListedAction(item, one.id, one.facts.title, one.facts.squad)


def _owed_record(owed: Owed, one: PostMortem, is_over: bool) -> Record:
    """What is not owed any more expires at once, so that the sweep takes it."""
    return Record(OWED, owed.id, _json(asdict(owed)), expires_at=one.at if is_over else None)


def _facts(body: dict[str, Any]) -> Facts:
    return Facts(
        **body
        | {
            "people": tuple(body["people"]),
            "timeline": tuple(Moment(**line | _instants(line, "at")) for line in body["timeline"]),
            **_instants(body, "opened_at", "acknowledged_at", "resolved_at"),
        }
    )


def _action(body: dict[str, Any]) -> ActionItem:
    due = date.fromisoformat(body["due"]) if body["due"] else None
    return ActionItem(**body | {"kind": ActionKind(body["kind"]), "state": ActionState(body["state"]), "due": due})


def _instants(body: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: datetime.fromisoformat(body[name]) if body[name] else None for name in names}


def _json(value: object) -> str:
    return json.dumps(value, default=lambda at: at.isoformat())
