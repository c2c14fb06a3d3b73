"""The demonstration goes on: every half minute or so something breaks, is answered, or is over."""

import asyncio
from itertools import count
from random import Random

from demo.acting import KINDS, Acting

SECONDS = (20, 50)
PEOPLE = ("asha", "ben", "chen", "dana")
MOST_OPEN = 7


async def live(acting: Acting) -> None:
    """Until it is cancelled."""
    random = Random()  # noqa: S311
    running: list[tuple[str, int, str]] = []
    for number in count(10_000):
        await asyncio.sleep(random.uniform(*SECONDS))
        if running and (len(running) >= MOST_OPEN or random.random() < 0.35):
            name, run, _ = running.pop(0)
            await acting.alert(name, "resolved", run)
        elif running and random.random() < 0.4:
            await _take(acting, running[-1][2], random.choice(PEOPLE))
        else:
            name = random.choice(list(KINDS))
            incident = await acting.alert(name, "firing", number)
            if incident:
                running.append((name, number, incident))


async def _take(acting: Acting, incident: str, who: str) -> None:
    found = await acting.get(f"/api/v1/incidents/{incident}")
    if found["status"] == "triggered":
        await acting.act(incident, "acknowledge", who)
