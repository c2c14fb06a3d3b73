"""An incident that was opened and told of while the store was away, as it moves into the store."""

from datetime import datetime

from app.domain.incident import Decision, Entry
from app.domain.message import MessageKind
from app.domain.notification import Notification, NotificationState
from app.domain.replacing import replace
from app.domain.sending import end


def moved_key(id: str) -> str:
    """The store's key that leads from an incident of an outage to the one that it turned out to be."""
    return f"i/{id}"


def as_it_is(held: Decision, now: datetime) -> Decision:
    """All that is held of it, so that whoever was told is not told again and its timers go on where they were."""
    said = Entry(now, "moved", "the store is back: this was opened, and told of, while it was away")
    return replace(held, timeline=(*held.timeline, said))


def joined(decision: Decision, moved: Decision, now: datetime) -> Decision:
    """The decision about the incident that was there already, with the record of what was told as the other one."""
    if decision.incident is None or moved.incident is None:
        return decision
    one, other = decision.incident, moved.incident
    if one.id == other.id:  # Its own pages are there; rows of the outage would stand in the way of those to come.
        return decision
    tried = tuple(row for row in moved.notifications if row.sends and row.kind is not MessageKind.UPDATE)
    told = ", ".join(dict.fromkeys(row.reader for row in tried))
    said = Entry(now, "joined", f"while the store was away this was incident {other.id}; told: {told or 'nobody'}")
    return replace(
        decision,
        keys=(*decision.keys, moved_key(other.id)),
        notifications=(*decision.notifications, *(_ended(row, one.id) for row in tried)),
        timeline=(*decision.timeline, said),
    )


def _ended(row: Notification, incident: str) -> Notification:
    belongs = replace(row, incident=incident)
    return end(belongs, f"now part of incident {incident}") if row.state is NotificationState.LIVE else belongs
