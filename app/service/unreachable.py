"""An incident is told that somebody who was paged for it cannot be reached."""

from app.domain.events import ReaderUnreachable
from app.domain.notification import Notification
from app.service.job import Job


def unreachable(row: Notification) -> Job:
    """Every method of the row's reader has failed for good, each for a reason of its own."""
    reasons = "; ".join(dict.fromkeys(f"{send.channel}: {send.reason}" for send in row.sends if send.reason))
    event = ReaderUnreachable(row.key, row.reader, reasons)
    return Job(lambda _: event, id=row.incident)
