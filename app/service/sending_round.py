"""One round of sending: each row is recorded when the last of its own sendings has ended, whatever others do."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from app.domain.digest import Bundle, Single
from app.domain.notification import Notification, Result
from app.domain.sending import record

Outgoing = Bundle | Single
"""What makes one message."""


class SendingRound:
    """The rows of one round of sending, and how many sendings each still waits for."""

    def __init__(self, rows: Iterable[Notification], bundles: Iterable[Outgoing]) -> None:
        self._rows = {row.key: row for row in rows}
        self._results: dict[str, dict[int, Result]] = {key: {} for key in self._rows}
        self._open = Counter(due.notification.key for one in bundles for due in one.dues)

    def without_sends(self) -> list[str]:
        """Rows for which it is too early."""
        return [key for key in self._rows if not self._open[key]]

    def took(self, one: Outgoing, result: Result | None) -> list[str]:
        """Note a bundle's result (None: it was not begun); the rows that wait for nothing more."""
        for due in one.dues:
            if result is not None:
                self._results[due.notification.key][due.position] = result
            self._open[due.notification.key] -= 1
        return [key for key in dict.fromkeys(due.notification.key for due in one.dues) if not self._open[key]]

    def was_begun(self, key: str) -> bool:
        return bool(self._results[key])

    def recorded(self, keys: Iterable[str], now: datetime) -> list[Notification]:
        return [record(self._rows[key], self._results[key], now) for key in keys]
