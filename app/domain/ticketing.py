"""Tickets: what is written down of an incident in a squad's tracker, once, and what has become of that."""

from app.domain.context import Context
from app.domain.errors import InvalidPayload
from app.domain.escalate import Change
from app.domain.events import ReaderUnreachable
from app.domain.incident import Decision, Incident, Outcome, Ticket
from app.domain.message import MessageKind
from app.domain.notification import Notification, Planned, Why
from app.domain.people import ContactMethod
from app.domain.replacing import replace
from app.domain.tell import SQUAD, TICKET, squad_recipient


def ticket_for(incident: Incident, squad: str, ctx: Context, cause: str = "") -> Notification:
    """The outbox row that writes `incident` down in the squad's tracker. Raises `InvalidPayload` for a squad without
    one."""
    tracker = _tracker(squad, ctx)
    return Notification(
        key=f"{incident.id}/{incident.cycle}/{TICKET}/squad:{squad}",
        incident=incident.id,
        kind=MessageKind.TICKET,
        reader=squad,
        role=TICKET,
        why=Why(role=TICKET, cause=cause, rules_version=ctx.rules.version),
        created_at=ctx.now,
        due_at=ctx.now,
        plan=(Planned(tracker.channel, tracker.address, 0),),
        squad=True,
        once=True,
    )


def with_ticket(change: Change, squad: str, ctx: Context, cause: str) -> Change:
    """A ticket is asked for, and the incident knows of it; unchanged where the squad has one, or soon will. Raises
    `InvalidPayload` for a squad without a tracker."""
    incident = change.incident
    if any(ticket.squad == squad for ticket in incident.tickets):
        return change
    # A fresh cycle, for one that could not be opened may be asked for again, and a key is used once.
    asked = replace(incident, cycle=incident.cycle + 1, tickets=(*incident.tickets, Ticket(squad)))
    return change.becomes(asked).told([ticket_for(asked, squad, ctx, cause)])


def is_ticket(key: str) -> bool:
    """Whether it is the key of a ticket's row."""
    return f"/{TICKET}/" in key


def ticket_stands(incident: Incident, squad: str, url: str, ctx: Context) -> Decision:
    """It is in the tracker, where it can be found from here on; said once."""
    if any(ticket.squad == squad and ticket.url for ticket in incident.tickets):
        return Decision(None, Outcome.ALREADY)
    tickets = (*_others(incident, squad), Ticket(squad, url))
    change = Change(replace(incident, tickets=tickets, updated_at=ctx.now))
    return change.note(ctx.now, TICKET, f"opened for {squad}: {url}").decision(Outcome.DONE)


def ticket_failed(incident: Incident, event: ReaderUnreachable, ctx: Context) -> Decision:
    """It will not be opened: the squad is told, so that somebody writes it down by hand; it may be asked for again."""
    text = f"could not be opened for {event.reader}: {event.reason}"
    change = Change(replace(incident, tickets=_others(incident, event.reader), updated_at=ctx.now))
    change.note(ctx.now, TICKET, text)
    recipient = squad_recipient(event.reader, ctx)
    if isinstance(recipient, str):
        return change.note(ctx.now, "nobody", recipient).decision(Outcome.DONE)
    told = Notification(
        key=f"{event.key}/failed",
        incident=incident.id,
        kind=MessageKind.NOTICE,
        reader=event.reader,
        role=SQUAD,
        why=Why(role=SQUAD, cause="a ticket was asked for", rules_version=ctx.rules.version),
        created_at=ctx.now,
        due_at=ctx.now,
        plan=recipient.plan,
        squad=True,
        once=True,
        remark=f"A ticket {text}. Open one by hand.",
    )
    return change.told([told]).decision(Outcome.DONE)


def _tracker(squad: str, ctx: Context) -> ContactMethod:
    known = ctx.rules.squads.get(squad)
    if not squad:
        raise InvalidPayload("the incident has no squad: say whose tracker is meant", "squad")
    if known is None:
        raise InvalidPayload(f"squad {squad} is not in the rules file", "squad")
    if known.tickets is None:
        raise InvalidPayload(f"squad {squad} has no tracker: say in the rules file where its `tickets` are", "squad")
    return known.tickets


def _others(incident: Incident, squad: str) -> tuple[Ticket, ...]:
    return tuple(ticket for ticket in incident.tickets if ticket.squad != squad)
