"""One incident as its page shows it: where it stands, what may be done, what happened, and the why of each message."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.context import Context
from app.domain.incident import Entry, Incident, Mark
from app.domain.message import is_address
from app.domain.notification import Notification, Send
from app.domain.receipt import SendState
from app.domain.ruleset import Rules
from app.domain.sending import begin
from app.entrypoints.http.masking import masked
from app.entrypoints.web.action_view import status_of
from app.entrypoints.web.incident_row import Row, row_of
from app.entrypoints.web.wording import line, name_of, shown, squad_name

ROUTER = "router"
LATEST = 300
"""Lines of the timeline that a page shows; the API has all."""


@dataclass(frozen=True, slots=True)
class Sending:
    """One attempt to reach somebody on one channel: how it stands, and when."""

    state: str
    channel: str
    address: str
    at: datetime
    attempts: int
    reason: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A line of the timeline. A message to somebody has `why` and `sendings`; `what` is then its kind."""

    at: datetime
    what: str
    who: str
    channel: str
    text: str
    why: str = ""
    sendings: tuple[Sending, ...] = ()


@dataclass(frozen=True, slots=True)
class IncidentView:
    """Every text of it is untrusted, and escaped by the template. `runbook_link` is an http(s) address or empty;
    `runbook_text` Markdown or empty. `buttons` names the acts that would change something now. `call` is an http(s)
    address or empty; `tickets` are squads and http(s) addresses, empty for one that does not stand yet."""

    row: Row
    sentence: str
    description: str
    runbook: str
    runbook_link: str
    runbook_text: str
    no_runbook: bool
    reasons: tuple[str, ...]
    suppression: str
    buttons: frozenset[str]
    moments: tuple[Moment, ...]
    call: str
    tickets: tuple[tuple[str, str], ...]


def incident_view(
    incident: Incident,
    notifications: Sequence[Notification],
    timeline: Sequence[Entry],
    buttons: frozenset[str],
    ctx: Context,
) -> IncidentView:
    rules = ctx.rules
    runbook = rules.library.by_slug.get(incident.runbook)
    suppression = incident.suppression
    return IncidentView(
        row=row_of(incident, notifications, ctx),
        sentence=status_of(incident, rules),
        description=shown(incident.description),
        runbook=line(incident.runbook),
        runbook_link=incident.runbook if is_address(incident.runbook) else "",
        runbook_text=runbook.text if runbook else "",
        no_runbook=Mark.NO_RUNBOOK in incident.marks,
        reasons=tuple(line(reason) for reason in incident.reasons),
        suppression=line(suppression.reason) if suppression else "",
        buttons=buttons,
        moments=tuple(_moments(notifications, timeline, rules))[:LATEST],
        call=incident.call if is_address(incident.call) else "",
        tickets=tuple((squad_name(one.squad, rules), one.url) for one in incident.tickets),
    )


def _moments(notifications: Sequence[Notification], timeline: Sequence[Entry], rules: Rules) -> Iterator[Moment]:
    """Newest first. What the timeline says of a message stands in the message's own line."""
    messages = [_message(one, rules) for one in notifications]
    said = {(one.created_at, one.kind.value, one.reader) for one in notifications}
    others = [_entry(entry, rules) for entry in timeline if not _is_said(entry, said)]
    oldest_first = sorted([*others, *messages], key=lambda one: one.at)
    yield from reversed(oldest_first)


def _is_said(entry: Entry, said: set[tuple[datetime, str, str]]) -> bool:
    return (entry.at, entry.what, entry.text.partition(" ")[0]) in said


def _entry(entry: Entry, rules: Rules) -> Moment:
    who = "" if entry.who == ROUTER else name_of(entry.who, rules)
    return Moment(entry.at, entry.what.replace("_", " "), who, entry.channel, shown(entry.text))


def _message(one: Notification, rules: Rules) -> Moment:
    reader = squad_name(one.reader, rules) if one.squad else name_of(one.reader, rules)
    return Moment(
        at=one.created_at,
        what=one.kind.value.replace("_", " "),
        who="",
        channel="",
        text=f"{reader}, as {line(one.role).replace('_', ' ')}",
        why=line(one.why.sentence()),
        sendings=tuple(_sending(send) for send in begin(one).sends if send.state is not SendState.SKIPPED),
    )


def _sending(send: Send) -> Sending:
    at = send.at or send.ready_at
    address = line(masked(send.address, send.channel))
    return Sending(send.state.value, send.channel, address, at, send.attempts, line(send.reason))
