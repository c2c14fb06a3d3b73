"""What a provider says afterwards of a message that it took, and what that makes of the sending."""

from collections.abc import Mapping
from enum import StrEnum


class SendState(StrEnum):
    """How one sending on one channel stands.

    `sent`: the provider took it. `delivered`: it reached the reader's device, or for a call: a key was pressed.
    `unanswered`: a call that rang, or that a voicemail took. `skipped` was never tried because it was no longer wanted.
    `observed` would have been sent, and counts as if it had been.
    """

    PENDING = "pending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNANSWERED = "unanswered"
    FAILED = "failed"
    SKIPPED = "skipped"
    OBSERVED = "observed"


class Receipt(StrEnum):
    """What became of a message after it was taken. `overdue`: nothing was heard of it in time."""

    DELIVERED = "delivered"
    UNANSWERED = "unanswered"
    UNDELIVERED = "undelivered"
    OVERDUE = "overdue"


MOVES: Mapping[tuple[SendState, Receipt], SendState] = {
    (SendState.SENT, Receipt.DELIVERED): SendState.DELIVERED,
    (SendState.SENT, Receipt.UNANSWERED): SendState.UNANSWERED,
    (SendState.SENT, Receipt.UNDELIVERED): SendState.FAILED,
    (SendState.SENT, Receipt.OVERDUE): SendState.FAILED,
    # Receipts overtake each other, and come after they have been given up: one that says more is believed still.
    (SendState.UNANSWERED, Receipt.DELIVERED): SendState.DELIVERED,
    (SendState.FAILED, Receipt.DELIVERED): SendState.DELIVERED,
    (SendState.FAILED, Receipt.UNANSWERED): SendState.UNANSWERED,
}
"""Every pair that is missing changes nothing: a receipt that comes twice, or that says less than is known."""

REACHED = frozenset({SendState.SENT, SendState.DELIVERED, SendState.OBSERVED})
"""Until something else is heard, what was taken counts as having reached its reader."""

WORKING = REACHED | {SendState.UNANSWERED}
"""The method works, so it is used again, whether or not anybody has noticed it yet."""
