"""Every heartbeat as it stands now, for showing it."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.heartbeat import SOURCE, Heartbeat, Standing, Watched, deadline, standing
from app.domain.incident import alert_key
from app.domain.ruleset import Rules
from app.service.heartbeat_records import pings, watch, watched
from app.service.ports import Store


@dataclass(frozen=True, slots=True)
class Shown:
    """`deadline` is when it becomes quiet, or became so; `incident` the open one about it, empty for none."""

    heartbeat: Heartbeat
    state: Standing
    last_ping: datetime | None
    deadline: datetime
    incident: str


async def heartbeats(store: Store, rules: Rules, now: datetime) -> list[Shown]:
    """In the order of the file. One that nobody watches yet counts from now."""
    known, heard, mark = await watched(store), await pings(store), await watch(store)
    gaps = mark.gaps if mark else ()
    open_ones = await _open(store, list(rules.heartbeats))
    found = []
    for name, one in rules.heartbeats.items():
        state = known.get(name) or Watched(now, heard.get(name))
        last = state.ping.at if state.ping else None
        shown = standing(one, state, gaps, now)
        found.append(Shown(one, shown, last, deadline(one, state, gaps), open_ones.get(name, "")))
    return found


async def _open(store: Store, names: list[str]) -> dict[str, str]:
    """The open incident that each one's alert leads to."""
    keys = {name: alert_key(SOURCE, name) for name in names}
    loaded = await store.load(list(keys.values()), ())
    leads = {name: loaded.keys[key].incident for name, key in keys.items() if key in loaded.keys}
    return {name: id for name, id in leads.items() if id in loaded.incidents and loaded.incidents[id].is_open}
