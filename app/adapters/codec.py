"""How the domain's values are written down: compact JSON, made and read in a few microseconds each.

Every store uses these, so a row means the same in each of them. Fields are written by name, defaults included: leaving
them out costs more Python than the bytes are worth. A field this version does not know is skipped, and one that is
missing takes its default, so an older and a newer version read each other's rows.
"""

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from app.domain.errors import StoreUnavailable
from app.domain.incident import AlertRow, Entry, Incident
from app.domain.notification import Notification

T = TypeVar("T")

_encoder = msgspec.json.Encoder()
_incident = msgspec.json.Decoder(Incident)
_alert = msgspec.json.Decoder(AlertRow)
_entries = msgspec.json.Decoder(tuple[Entry, ...])
_notification = msgspec.json.Decoder(Notification)


def encode(value: Incident | AlertRow | Notification | Sequence[Entry]) -> bytes:
    """The value as one line of JSON (a line break inside a text is escaped)."""
    return _encoder.encode(value)


def decode_incident(document: bytes) -> Incident:
    return _decode(_incident, document)


def decode_alert(document: bytes) -> AlertRow:
    return _decode(_alert, document)


def decode_entries(document: bytes) -> tuple[Entry, ...]:
    return _decode(_entries, document)


def decode_notification(document: bytes) -> Notification:
    return _decode(_notification, document)


def _decode(decoder: msgspec.json.Decoder[T], document: bytes) -> T:
    """Raises `StoreUnavailable` for a document that was damaged; its text is not repeated, for it may hold secrets."""
    try:
        return decoder.decode(document)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StoreUnavailable(
            f"a stored {decoder.type} cannot be read ({error}); restore the store from a copy"
        ) from error
