"""A refused body is taken after all, once the rules, the mapping or the program can read it."""

from app.domain.errors import Conflict
from app.service.ports import Clock, Store
from app.service.quarantine import mark_replayed, one_quarantined
from app.service.receive import Received, Receiver


async def replay(id: str, receiver: Receiver, store: Store, clock: Clock) -> Received:
    """Parse a kept request again and put its alerts through; whoever asks has the right to, so no proof is asked for.

    Raises `NotFound`, `UnknownSource`, `InvalidPayload` while it still cannot be read, and `Conflict` for a body that
    was cut or has been replayed. A crash before the mark makes a second replay possible; it repeats its alerts then.
    """
    kept = await one_quarantined(store, id)
    if kept.cut:
        raise Conflict(f"only the beginning of body {id} was kept, so it cannot be replayed; have it sent again")
    if kept.replayed:
        raise Conflict(f"body {id} was replayed at {kept.replayed:%Y-%m-%dT%H:%M:%SZ}")
    instance, source = receiver.find(kept.source)
    result = await receiver.finish(source.parse(kept.request, instance))
    await mark_replayed(kept, store, clock.now())
    return result
