"""How many messages an address gets in a short while: those beyond that are gathered, and go out as one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.digest import Due
from app.domain.notification import Notification
from app.domain.replacing import quick
from app.domain.sending import gather

Address = tuple[str, str]
"""A channel and an address on it."""

Origin = tuple[str, str]
"""A source and a severity: the first of each is never kept waiting by a storm of others."""


@quick
@dataclass(frozen=True, slots=True)
class Window:
    """What one address has been sent since `since`, and from which origins."""

    since: datetime
    sent: int = 0
    origins: frozenset[Origin] = frozenset()


@dataclass(frozen=True, slots=True)
class Paced:
    """What goes out now, what waits until when, and the windows of all addresses after that."""

    now: tuple[Due, ...]
    later: tuple[tuple[Due, datetime], ...]
    windows: Mapping[Address, Window]

    def held_back(self, rows: Iterable[Notification]) -> list[Notification]:
        """The rows, in which each sending that waits says until when."""
        waits: dict[str, dict[int, datetime]] = {}
        for due, until in self.later:
            waits.setdefault(due.notification.key, {})[due.position] = until
        return [gather(row, waits[row.key]) if row.key in waits else row for row in rows]


def pace(dues: Iterable[Due], windows: Mapping[Address, Window], most: int, length: timedelta, now: datetime) -> Paced:
    """Up to `most` to an address within `length` go out one by one; when more are due at once, all of them as one
    message; what comes after that waits for the end of the window. A named digest is one message anyway, and a ticket
    is one of its own."""
    by_address: dict[Address, list[Due]] = defaultdict(list)
    going, later, after = list[Due](), list[tuple[Due, datetime]](), dict(windows)
    for due in dues:
        if due.notification.digest or due.stands_alone:
            going.append(due)
        else:
            by_address[due.send.channel, due.send.address].append(due)
    for address, group in by_address.items():
        window = _current(windows.get(address), length, now)
        goes, waits = _split(group, window, most)
        going += goes
        later += [(due, window.since + length) for due in waits]
        if goes:
            after[address] = _after(window, goes, most)
    return Paced(tuple(going), tuple(later), after)


def _current(window: Window | None, length: timedelta, now: datetime) -> Window:
    """A window that lies ahead is of a clock that has been put back since: it holds up nothing."""
    return window if window and window.since <= now < window.since + length else Window(now)


def _split(group: list[Due], window: Window, most: int) -> tuple[list[Due], list[Due]]:
    if not window.sent or window.sent + len(group) <= most:
        return group, []
    room, seen = most - window.sent, set(window.origins)
    goes, waits = list[Due](), list[Due]()
    for due in group:
        if len(goes) < room or origin_of(due) not in seen or _has_waited(due):
            goes.append(due)
            seen.add(origin_of(due))
        else:
            waits.append(due)
    return goes, waits


def _has_waited(due: Due) -> bool:
    """Whether it has been gathered before, perhaps by a worker whose window was another: once is enough."""
    return due.send.gathered_until is not None and due.send.due_at <= due.send.gathered_until


def _after(window: Window, goes: list[Due], most: int) -> Window:
    return Window(window.since, min(most, window.sent + len(goes)), window.origins | {origin_of(due) for due in goes})


def origin_of(due: Due) -> Origin:
    return due.incident.source, due.incident.severity.value
