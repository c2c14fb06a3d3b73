"""Working together on an incident: squads that are called in, tickets, and a call. Each is done once."""

from app.domain.context import Context
from app.domain.escalate import Change
from app.domain.events import OpenTicket, StartCall, TagSquads, TicketOpened
from app.domain.incident import Decision, Incident, Outcome
from app.domain.on_action import acted, already
from app.domain.replacing import replace
from app.domain.tell import TICKET, tag_for
from app.domain.ticketing import ticket_stands, with_ticket


def tag_squads(incident: Incident, event: TagSquads, ctx: Context) -> Decision:
    """Each squad is told once in its channel, whatever the incident waits for."""
    new = tuple(dict.fromkeys(squad for squad in event.squads if squad not in incident.tagged))
    if not new:
        return already(incident, event, ctx)
    tagged = replace(incident, tagged=(*incident.tagged, *new))
    change = acted(tagged, ctx, "tagged", f"called in: {', '.join(new)}", event.by)
    told = [tag_for(squad, incident, f"your squad was called in by {event.by.id}", ctx) for squad in new]
    return change.told(told).decision(Outcome.DONE)


def open_ticket(incident: Incident, event: OpenTicket, ctx: Context) -> Decision:
    """One a squad, whatever has become of the incident."""
    squad = event.squad or incident.squad
    change = with_ticket(Change(incident), squad, ctx, f"asked for by {event.by.id}")
    if change.incident is incident:
        return already(incident, event, ctx)
    change = change.becomes(replace(change.incident, updated_at=ctx.now))
    text = f"asked for, in the tracker of {squad}"
    return change.note(ctx.now, TICKET, text, event.by.id, event.by.channel).decision(Outcome.DONE)


def ticket_opened(incident: Incident, event: TicketOpened, ctx: Context) -> Decision:
    return ticket_stands(incident, event.squad, event.url, ctx)


def start_call(incident: Incident, event: StartCall, ctx: Context) -> Decision:
    """One while the incident is open: whoever asks again is shown the same."""
    if incident.call:
        return already(incident, event, ctx)
    text = f"{event.url} ({event.how})" if event.how else event.url
    return acted(replace(incident, call=event.url), ctx, "call", text, event.by).decision(Outcome.DONE)
