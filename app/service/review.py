"""The round that sees to post-mortems: a draft for each incident that is over, and reminders of what is overdue."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.errors import AppError
from app.domain.notification import Notification
from app.domain.postmortem_deadlines import Nag, Owed, latest_nag
from app.domain.postmortem_notices import Desk, of_nag
from app.service.in_force import InForce
from app.service.ports import Clock, Record, Store
from app.service.postmortem_records import OWED, read_owed
from app.service.postmortems import PostMortems
from app.service.review_due import KIND, incident_of
from app.service.scanning import scan

AT_ONCE = 100
MOST_OWED = 5_000


@dataclass(slots=True)
class Review:
    """Any number of workers may go round at once: the store takes one draft an incident and one row a reminder.
    `_quiet_until` says of what was looked at when it is to be recalled next, so that nobody asks the calendar again
    before that."""

    store: Store
    post_mortems: PostMortems
    in_force: InForce
    clock: Clock
    _quiet_until: dict[tuple[str, datetime, str], datetime] = field(default_factory=dict)

    async def round(self) -> int:
        """How many incidents were seen to. Reminders go out also when a draft cannot be made."""
        try:
            return await self._drafts()
        finally:
            await self._nags()

    async def _drafts(self) -> int:
        """One that cannot be drafted keeps asking for it and holds up no other; its error is raised after all others
        are done."""
        due = await self.store.records(KIND, AT_ONCE)
        errors: list[AppError] = []
        for id in dict.fromkeys(map(incident_of, due)):
            try:
                await self.post_mortems.draft(id)
                for record in due:
                    if incident_of(record) == id:
                        await self.store.delete_record(KIND, record.id)
            except AppError as error:
                errors.append(error)
        if errors:
            raise errors[0]
        return len(due)

    async def _nags(self) -> None:
        now, rules = self.clock.now(), self.in_force.rules
        owed = await scan(self.store, OWED, _unless_over(now), bool, MOST_OWED)
        known = {(one.id, one.due_at, rules.version): one for one in owed if one and one.due_at <= now}
        late = {key: one for key, one in known.items() if self._quiet_until.get(key, now) <= now}
        nags = {key: self._nag(one, now) for key, one in late.items()}
        rows = [row for key, nag in nags.items() for row in self._told(late[key], nag, now)]
        if rows:
            await self.store.commit((), (), notices=rows)
        following = {key: nag.following for key, nag in nags.items()}
        self._quiet_until = {key: until for key, until in (self._quiet_until | following).items() if key in known}

    def _nag(self, owed: Owed, now: datetime) -> Nag:
        rules = self.in_force.rules
        return latest_nag(owed.due_at, rules.postmortems.nag_every, rules.calendar_for(None, owed.squad), now)

    def _told(self, owed: Owed, nag: Nag, now: datetime) -> Sequence[Notification]:
        if nag.number is None:
            return ()
        return of_nag(owed, nag.number, Desk(self.in_force.rules, now, self.post_mortems.page(owed.post_mortem)))


def _unless_over(now: datetime) -> Callable[[Record], Owed | None]:
    """What is not owed any more is passed over until the sweep has taken it."""
    return lambda record: None if record.expires_at and record.expires_at <= now else read_owed(record)
