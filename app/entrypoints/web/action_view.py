"""What the action page shows: one incident, as its reader needs it at three in the morning."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.context import Context
from app.domain.events import Acknowledge, Action, Actor, CallSecondLine, Note, Resolve
from app.domain.incident import Entry, Incident, Mark, Status
from app.domain.message import ADDRESS, one_line
from app.domain.notification import Notification
from app.domain.ruleset import Rules
from app.entrypoints.web.wording import LONGEST_TEXT, LONGEST_TITLE, local, name_of, shown, squad_name
from app.service.respond import would_change

CHANNEL = "link"
LATEST = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the timeline, ready to read."""

    at: str
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class ActionView:
    """Every text of it is untrusted and is escaped by the template. `runbook_link` is an http(s) address or empty;
    `runbook_text` Markdown or empty. `buttons` names the actions that would change something now."""

    id: str
    title: str
    severity: str
    description: str
    squad: str
    source: str
    since: str
    count: int
    status: str
    why: str
    reader: str
    runbook_link: str
    runbook_text: str
    no_runbook: bool
    buttons: frozenset[str]
    latest: tuple[Line, ...]


def actions_of(person: str, text: str = "") -> dict[str, Action]:
    """What a link may do, by its name in the address; `text` is what the person wrote beside the button."""
    by = Actor(person, CHANNEL)
    return {
        "acknowledge": Acknowledge(by),
        "resolve": Resolve(by, text),
        "second-line": CallSecondLine(by, text),
        "note": Note(by, text),
    }


def action_view(
    incident: Incident, person: str, notifications: Sequence[Notification], timeline: Sequence[Entry], ctx: Context
) -> ActionView:
    rules = ctx.rules
    return ActionView(
        id=incident.id,
        title=one_line(incident.title, LONGEST_TITLE),
        severity=incident.severity.value,
        description=shown(incident.description),
        squad=squad_name(incident.squad, rules),
        source=one_line(incident.source, LONGEST_TITLE),
        since=local(incident.opened_at, rules.zone),
        count=incident.count,
        status=status_of(incident, rules),
        why=_why(person, notifications),
        reader=name_of(person, rules),
        runbook_link=incident.runbook if ADDRESS.fullmatch(incident.runbook) else "",
        runbook_text=_runbook(incident, rules),
        no_runbook=Mark.NO_RUNBOOK in incident.marks,
        buttons=frozenset(name for name, action in actions_of(person).items() if would_change(incident, action, ctx)),
        latest=tuple(_line(entry, rules) for entry in reversed(timeline[-LATEST:])),
    )


def status_of(incident: Incident, rules: Rules) -> str:
    """Where it stands and who has it, in one sentence."""
    marks = ", ".join(mark.value.replace("_", " ") for mark in incident.marks)
    remark = f" ({marks})" if marks else ""
    match incident.status:
        case Status.TRIGGERED:
            return f"triggered, nobody has it yet{remark}"
        case Status.ACKNOWLEDGED:
            return f"acknowledged by {_done_by(incident.acknowledged_by, incident.acknowledged_at, rules)}{remark}"
        case Status.RESOLVED:
            return f"resolved by {_done_by(incident.resolved_by, incident.resolved_at, rules)}{remark}"


def _done_by(who: str | None, at: datetime | None, rules: Rules) -> str:
    return name_of(who, rules) + (f", {local(at, rules.zone)}" if at else "")


def _why(person: str, notifications: Sequence[Notification]) -> str:
    """Why this reader, from the newest message that went to them about it."""
    own = [one for one in notifications if one.reader == person and not one.squad]
    newest = max(own, key=lambda one: one.created_at, default=None)
    return one_line(newest.why.sentence(), LONGEST_TEXT) if newest else ""


def _runbook(incident: Incident, rules: Rules) -> str:
    found = rules.library.by_slug.get(incident.runbook)
    return found.text if found else ""


def _line(entry: Entry, rules: Rules) -> Line:
    return Line(local(entry.at, rules.zone), name_of(entry.who, rules), shown(entry.text))
