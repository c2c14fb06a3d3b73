"""Where the tickets of action items stand, as the outbox knows it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.domain.action_item import ActionItem
from app.domain.notice import notice_id
from app.domain.notification import Notification, NotificationState
from app.domain.postmortem_notices import ticket_key
from app.service.ports import Store


@dataclass(frozen=True, slots=True)
class ActionTicket:
    """Its address, or why there is none; both are empty while it is on its way."""

    url: str = ""
    problem: str = ""


async def tickets_of(items: Iterable[tuple[str, ActionItem]], store: Store) -> Mapping[str, ActionTicket]:
    """By action item's id, of those that a ticket was asked for; each comes with its post-mortem's id."""
    found: dict[str, ActionTicket] = {}
    for post_mortem, item in items:
        if item.tracked:
            rows = await store.notifications(notice_id(ticket_key(post_mortem, item)))
            found[item.id] = next(map(_ticket, rows), ActionTicket())
    return found


def _ticket(row: Notification) -> ActionTicket:
    url = next((send.reference for send in row.sends if send.reference), "")
    failed = row.state is NotificationState.FAILED
    return ActionTicket(url, row.sends[-1].reason if failed and row.sends else "")
