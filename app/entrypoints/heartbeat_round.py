"""One round of the loop that looks after heartbeats, by the role of its process."""

from contextlib import suppress

import structlog

from app.domain.errors import StoreUnavailable
from app.domain.heartbeat import SOURCE
from app.service.watching import Looked
from app.wiring import Application

WATCH_SECONDS = 5.0
"""The longest pause between two looks: a change of the rules has taken effect by then."""

log = structlog.get_logger()


async def heartbeat_round(app: Application) -> float:
    """What waits in memory goes to the store; and whoever keeps time looks who has gone quiet. Seconds to the next one.

    Raises `StoreUnavailable`."""
    if app.settings.role == "api":
        await app.pings.flush()
        return app.settings.poll_seconds
    with suppress(StoreUnavailable):  # The look finds that out, and remembers it.
        await app.pings.flush()
    looked = await app.watching.look()
    _say(looked, app)
    longest = app.settings.poll_seconds if app.pings.waiting else WATCH_SECONDS
    if looked.again is None:
        return longest
    return min(longest, max(0.01, (looked.again - app.clock.now()).total_seconds()))


def _say(looked: Looked, app: Application) -> None:
    app.metrics.watched(looked.standings)
    app.metrics.taken(SOURCE, looked.taken)
    for event, names in (("heartbeat.quiet", looked.quiet), ("heartbeat.over", looked.over)):
        for name in names:
            log.info(event, heartbeat=name)
