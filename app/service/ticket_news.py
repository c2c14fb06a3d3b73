"""An incident is told what has become of the ticket that was asked for in a squad's tracker."""

from app.domain.events import TicketOpened
from app.domain.message import MessageKind
from app.domain.notification import Notification, NotificationState
from app.service.job import Job
from app.service.unreachable import unreachable


def news_of(row: Notification) -> Job | None:
    """What the incident has to know of a row that is over: that a reader cannot be reached, or where a ticket stands.
    None where there is nothing to know, or no incident. A ticket that nobody opened, for all is only observed, is one
    that failed."""
    if row.notice:
        return None
    if row.state is NotificationState.FAILED:
        return unreachable(row)
    if row.kind is not MessageKind.TICKET or row.state is not NotificationState.DONE:
        return None
    url = next((send.reference for send in row.sends if send.reference), "")
    return Job(lambda _: TicketOpened(row.reader, url), id=row.incident) if url else unreachable(row)
