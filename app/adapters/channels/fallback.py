"""A second way for the same channel: another account or provider, for when the first cannot."""

from collections.abc import Sequence

from app.domain.message import Message
from app.domain.notification import Rejected, Result, Retry, Sent
from app.service.ports import Channel


class Fallback:
    """Tries one after another, at once, until one takes the message. One that was silent may have taken it all the
    same: then it comes twice, which is better than not at all. Two and no more, so that it ends in time."""

    def __init__(self, name: str, first: Channel, second: Channel) -> None:
        self.name = name
        self._ways = (first, second)

    async def send(self, message: Message) -> Result:
        failures: list[Retry | Rejected] = []
        for way in self._ways:
            result = await way.send(message)
            if isinstance(result, Sent):
                return result
            failures.append(result)
        return _together(failures)


def _together(failures: Sequence[Retry | Rejected]) -> Result:
    """Worth another try as long as one of them is, when the first of those asks for it."""
    reasons = "; then ".join(failure.reason for failure in failures)
    again = next((failure for failure in failures if isinstance(failure, Retry)), None)
    return Retry(reasons, again.after) if again else Rejected(reasons)
