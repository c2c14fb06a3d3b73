"""How the domain's values are written down: compact JSON, made and read in a few microseconds each.

Every store uses these, so a row means the same in each of them. Fields are written by name, defaults included: leaving
them out costs more Python than the bytes are worth. A field this version does not know is skipped, and one that is
missing takes its default, so an older and a newer version read each other's rows.
"""

from collections.abc import Sequence
from typing import Generic, TypeVar

import msgspec

from app.domain.errors import Damaged
from app.domain.incident import AlertRow, Entry, Incident
from app.domain.notification import Notification
from app.service.journalling import JournalEntry

T = TypeVar("T")

_DAMAGE = (msgspec.DecodeError, UnicodeDecodeError)

_encoder = msgspec.json.Encoder()


def encode(value: Incident | AlertRow | Notification | Sequence[Entry] | JournalEntry) -> bytes:
    """The value as one line of JSON (a line break inside a text is escaped)."""
    return _encoder.encode(value)


class Reader(Generic[T]):
    """Reads documents of one kind. Raises `Damaged` for a damaged one: it is never guessed at."""

    def __init__(self, kind: type[T]) -> None:
        self._decoder = msgspec.json.Decoder(kind)

    def one(self, document: bytes) -> T:
        try:
            return self._decoder.decode(document)
        except _DAMAGE as error:
            raise _damaged(error) from error

    def lines(self, documents: bytes) -> list[T]:
        """All of them, one per line."""
        try:
            return self._decoder.decode_lines(documents)
        except _DAMAGE as error:
            raise _damaged(error) from error


INCIDENT = Reader(Incident)
ALERT = Reader(AlertRow)
ENTRIES = Reader(tuple[Entry, ...])
NOTIFICATION = Reader(Notification)
JOURNALLED = Reader(JournalEntry)


def _damaged(error: Exception) -> Damaged:
    return Damaged(f"a stored document cannot be read ({error}): restore the store from a copy")
