"""Rules and runbooks change while pages go out: a good file replaces the last one, a broken one is refused."""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime

from app.domain.complaint import NOWHERE, Complaint
from app.domain.errors import InvalidRules
from app.domain.ruleset import Rules
from app.service.in_force import InForce
from app.service.ports import Clock, Record, Store

KIND = "rules"
KEEP = 500
CALL = ("reload", "latest")
"""The record by which one replica asks all others to read their files again."""


async def reload_rules(load: Callable[[], Rules], in_force: InForce, store: Store, clock: Clock) -> bool:
    """Whether other rules are in force now. A refused file leaves the last good one paging, and shows in `refusal`.

    Raises `StoreUnavailable` when the version could not be kept; it is in force all the same, and kept at a later call.
    """
    try:
        rules = await asyncio.to_thread(load)
    except InvalidRules as refused:
        in_force.refusal = refused.problems
        return False
    if in_force.rules.library.by_slug and not rules.library.by_slug:
        reason = "the folder of runbooks is empty or gone, and pages would stop for want of them"
        in_force.refusal = (Complaint(NOWHERE, reason),)
        return False
    in_force.refusal = ()
    changed = rules.version != in_force.rules.version
    if changed:
        in_force.rules, in_force.loaded_at, in_force.is_kept = rules, clock.now(), False
    if not in_force.is_kept:
        await keep_version(in_force.rules, store, in_force.loaded_at)
        in_force.is_kept = True
    return changed


def call_for_reload(now: datetime) -> Record:
    """What tells every replica to read its files at once; `last_call` hears it."""
    return Record(*CALL, json.dumps({"at": now.isoformat()}))


async def last_call(store: Store) -> str:
    """A text that differs after each call for a reload."""
    record = await store.record(*CALL)
    return record.body if record else ""


async def keep_version(rules: Rules, store: Store, now: datetime) -> None:
    """Every version that was ever in force is kept with its date, so that the past stays what it was. Replicas that
    load the same one keep it once."""
    latest = await store.records(KIND, 1)
    if latest and latest[0].id.endswith(f"-{rules.version}"):
        return
    body = json.dumps({"version": rules.version, "at": now.isoformat(), "text": rules.text})
    await store.add_record(Record(KIND, f"{now:%Y%m%dT%H%M%S.%f}-{rules.version}", body), keep=KEEP)
