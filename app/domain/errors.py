"""One tree of errors, so that each surface needs one table to translate them."""

from app.domain.complaint import Complaint


class AppError(Exception):
    """Something a person can act on; the message says what, where and what to do, and never holds a secret."""


class InvalidPayload(AppError):
    """A request that cannot be understood; `field` is a dotted path into it, empty for the whole."""

    def __init__(self, reason: str, field: str = "") -> None:
        super().__init__(f"{field}: {reason}" if field else reason)
        self.reason = reason
        self.field = field


class PayloadTooLarge(AppError):
    """A body over the limit, before or after decompression."""


class UnsupportedMedia(AppError):
    """A content type or encoding that this endpoint cannot read."""


class Unauthorised(AppError):
    """No valid credential came with the request."""


class Forbidden(AppError):
    """The credential is valid but lacks the scope."""


class NotFound(AppError):
    """The thing named does not exist."""


class UnknownSource(NotFound):
    """No source instance of that name is configured."""


class Conflict(AppError):
    """Somebody else committed first, or the same key was used for something else."""


class IllegalTransition(AppError):
    """An action that the incident's status does not allow; nothing was changed."""


class InvalidRules(AppError):
    """A rules file that cannot be used; each problem names file, line and key."""

    def __init__(self, problems: tuple[Complaint, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class UnreadRules(InvalidRules):
    """There is no rules file to be read, so nothing can be said of what it holds."""


class StoreUnavailable(AppError):
    """The store cannot keep the promise right now (disk full, read-only, gone); ask again in `retry_after` seconds.

    `doubt` names a call that may have been carried out all the same (the answer was lost); empty: it was not.
    """

    def __init__(self, reason: str, retry_after: int = 5, doubt: str = "") -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.doubt = doubt


class OutsideUnavailable(AppError):
    """Something that must be fetched to check a request cannot be had right now; ask again in `retry_after` seconds."""

    def __init__(self, reason: str, retry_after: int = 5) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Unconfirmed(StoreUnavailable):
    """It is stored and takes its course, but not in as many places as were asked for, so a failure may undo it."""


class Damaged(StoreUnavailable):
    """A stored document that cannot be read: asking again helps only once the store was restored."""


class StoreRefused(AppError):
    """A store file that must not be opened: damaged, or written by a newer version."""
