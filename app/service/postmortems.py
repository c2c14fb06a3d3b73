"""Post-mortems: drafted once for each incident, edited by people who may get in each other's way, and published."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.action_item import numbered
from app.domain.errors import Conflict, NotFound
from app.domain.incident import Entry, Incident
from app.domain.notification import Notification
from app.domain.postmortem import Facts, PostMortem, PostMortemState, Section, with_facts
from app.domain.postmortem_draft import facts_of, is_reviewed, owner_of, template_values
from app.domain.postmortem_import import Imported, as_new
from app.domain.postmortem_notices import Desk, of_debt, of_reopening, of_version
from app.domain.runbook_debt import debt_of, is_taken_back
from app.domain.working_days import due_after
from app.service.in_force import InForce
from app.service.ports import Clock, Record, Store
from app.service.postmortem_records import (
    SUMMARY,
    VERSION,
    beside,
    read_summary,
    read_version,
    version_id,
    version_record,
)
from app.service.runbook_debts import debt_record, settled_debt

TRIES = 20

Begin = Callable[[Mapping[str, object]], tuple[Imported, str]]
"""What a post-mortem begins with, and why the user's template could not be used (empty: it could)."""

Change = Callable[[PostMortem], PostMortem]
"""What somebody does to a post-mortem: its next version, or the same value. Pure, for a conflict asks again."""

Records = Callable[[PostMortem], Sequence[Record]]
"""What to keep in the commit of a version besides it."""


@dataclass(frozen=True, slots=True)
class Found:
    """An incident with all that a post-mortem is drafted from."""

    incident: Incident
    timeline: Sequence[Entry]
    notifications: Sequence[Notification]


@dataclass(frozen=True, slots=True)
class PostMortems:
    """`begin` gives what a draft begins with, `page` gives the address at which people read one."""

    store: Store
    in_force: InForce
    clock: Clock
    new_id: Callable[[], str]
    begin: Begin
    page: Callable[[str], str]

    async def one(self, id: str) -> PostMortem:
        """The latest version. Raises `NotFound`."""
        summary = await self.store.record(SUMMARY, id)
        if summary is None:
            raise NotFound(f"incident {id[:40]!r} has no post-mortem")
        return await self.version(id, read_summary(summary).version)

    async def exists(self, id: str) -> bool:
        return await self.store.record(SUMMARY, id) is not None

    async def version(self, id: str, number: int) -> PostMortem:
        """Raises `NotFound`."""
        record = await self.store.record(VERSION, version_id(id, number))
        if record is None:
            raise NotFound(f"post-mortem {id[:40]!r} has no version {number}")
        return read_version(record)

    async def versions(self, id: str, limit: int, before: int | None = None) -> list[PostMortem]:
        """Newest first, those below `before` when it is given. Raises `NotFound`."""
        await self.one(id)
        until = f"{id}0" if before is None else version_id(id, before)  # "0" sorts after "/": past all versions of it.
        found = await self.store.records(VERSION, limit, until)
        return [read_version(record) for record in found if record.id.startswith(f"{id}/")]

    async def draft(self, id: str) -> PostMortem | None:
        """The draft of a resolved incident, made or brought up to date; None for an incident that gets none. Exactly
        one, however many ask at once."""
        found = await self._found(id)
        if found is None or not is_reviewed(found.incident, found.timeline, found.notifications):
            return None
        if not await self.exists(id):
            try:
                return await self._begin(found, "router", lambda _: ())
            except Conflict:  # Another worker was there first, perhaps with less of the timeline.
                pass
        return await self._brought_up_to_date(found)

    async def facts(self, id: str) -> Facts | None:
        """What is known of the incident now; None when it is not kept any more."""
        found = await self._found(id)
        return self._facts(found) if found else None

    async def start(self, id: str, by: str, records: Records) -> PostMortem:
        """A draft that somebody asks for, also of a triage or of one still open. Raises `NotFound`, or `Conflict` when
        there is one."""
        found = await self._found(id)
        if found is None:
            raise NotFound(f"there is no incident {id[:40]}")
        if await self.exists(id):
            raise Conflict(f"incident {id} has a post-mortem already")
        return await self._begin(found, by, records)

    async def change(self, id: str, change: Change, records: Records, version: int | None = None) -> PostMortem:
        """Save what `change` makes of the latest version, which must be `version` when that is given.

        Raises `NotFound`, `Conflict` with who has saved what meanwhile, and whatever `change` raises; then nothing is
        saved.
        """
        for _ in range(TRIES):
            before = await self.one(id)
            if version is not None and before.version != version:
                raise Conflict(_overtaken(before, version))
            after = change(before)
            try:
                await self._save(before, after, records(after))
            except Conflict:
                continue
            return after
        raise Conflict(f"others kept changing post-mortem {id} ({TRIES} tries)")

    async def _begin(self, found: Found, by: str, records: Records) -> PostMortem:
        post_mortem = await self._drafted(found, by)
        await self._save(None, post_mortem, records(post_mortem))
        return post_mortem

    async def _drafted(self, found: Found, by: str) -> PostMortem:
        rules, now = self.in_force.rules, self.clock.now()
        facts = self._facts(found)
        owner = owner_of(found.incident, found.timeline, found.notifications, rules.people)
        over = facts.resolved_at or now
        values = template_values(found.incident.id, facts, owner, rules.zone)
        begun, complaint = await asyncio.to_thread(self.begin, values)
        further = "\n\n".join(filter(None, (begun.further, begun.kept, complaint)))
        return PostMortem(
            id=found.incident.id,
            version=1,
            state=PostMortemState.DRAFT,
            facts=facts,
            owner=owner,
            sections={name: begun.sections.get(name, "") for name in Section},
            created_at=now,
            due_at=due_after(over, rules.postmortems.due, rules.calendar_for(None, facts.squad)),
            at=now,
            by=by,
            change=f"drafted; {complaint}" if complaint else "drafted",
            further=further,
            actions=numbered(as_new(begun.actions), self.new_id),
        )

    async def _brought_up_to_date(self, found: Found) -> PostMortem:
        facts, now = self._facts(found), self.clock.now()
        after = await self.change(found.incident.id, lambda before: with_facts(before, facts, now), lambda _: ())
        if after.state is not PostMortemState.DRAFT and after.facts.resolved_at != facts.resolved_at:
            rows = of_reopening(after, facts.incident_version, self._desk(after.id, now))
            await self.store.commit((), (), notices=rows)
        return after

    def _facts(self, found: Found) -> Facts:
        return facts_of(found.incident, found.timeline, found.notifications, self.in_force.rules.people)

    async def _save(self, before: PostMortem | None, after: PostMortem, records: Sequence[Record]) -> None:
        """A version with all that follows from it, in one commit. Raises `Conflict` where somebody was first."""
        if before and after.version == before.version:
            if records:
                await self.store.commit((), records)
            return
        rules = self.in_force.rules
        desk = self._desk(after.id, after.at)
        kept = [*beside(after, before, rules.zone), *records]
        rows = [*of_version(before, after, desk)]
        if debt := debt_of(before, after, rules):
            kept.append(debt_record(debt))
            rows += of_debt(debt, desk)
        elif is_taken_back(before, after):
            kept.append(debt_record(await settled_debt(after.id, after.by, after.at, self.store)))
        await self.store.commit((), kept, notices=rows, fresh=(version_record(after),))

    async def _found(self, id: str) -> Found | None:
        loaded = await self.store.load((), (id,))
        incident = loaded.incidents.get(id)
        if incident is None:
            return None
        timeline, notifications = await asyncio.gather(self.store.timeline(id), self.store.notifications(id))
        return Found(incident, timeline, notifications)

    def _desk(self, id: str, now: datetime) -> Desk:
        return Desk(self.in_force.rules, now, self.page(id))


def _overtaken(latest: PostMortem, version: int) -> str:
    if latest.version < version:
        return f"post-mortem {latest.id} has no version {version} yet: the latest is {latest.version}"
    return (
        f"post-mortem {latest.id} is at version {latest.version} by now, saved by {latest.by} ({latest.change}); "
        f"yours began from version {version}: look at what they wrote, and save yours on top of it"
    )
