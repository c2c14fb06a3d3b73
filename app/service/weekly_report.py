"""The weekly summary goes out once, however many workers there are, and late when none of them ran as it was due."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from app.domain.calendar import instant
from app.domain.classify import Mode
from app.domain.errors import Conflict
from app.domain.notice import to_squad
from app.domain.notification import Notification
from app.domain.ruleset import Rules
from app.domain.weekly_summary import summary_notice
from app.service.in_force import InForce
from app.service.learning import Reports
from app.service.ports import Clock, Record, Store

KIND = "weekly-report"
TOO_LATE = timedelta(days=1)
"""How long after it was due the first summary ever is still sent: later there was no week that anybody waits for."""

KEPT = timedelta(days=60)
_WEEK = timedelta(days=7)


@dataclass(slots=True)
class WeeklyReport:
    """`link` gives the address of a squad's report of the week that begins on a day; empty where there is none."""

    store: Store
    reports: Reports
    in_force: InForce
    clock: Clock
    link: Callable[[str, date], str]
    _told: date | None = field(default=None)

    async def look(self) -> tuple[str, ...]:
        """Tell every squad of the week before, if that is due and nobody has; for each that could not be told, why. Of
        several weeks that were missed, the latest."""
        rules, now = self.in_force.rules, self.clock.now()
        due = last_due(rules, now)
        if due is None or rules.mode is Mode.OBSERVE:
            return ()
        monday = _monday_before(due, rules)
        if monday == self._told or await self.store.record(KIND, monday.isoformat()):
            self._told = monday
            return ()
        if now - due > TOO_LATE and not await self.store.records(KIND, 1):
            return ()
        return await self._tell(monday, rules, now)

    async def _tell(self, monday: date, rules: Rules, now: datetime) -> tuple[str, ...]:
        rows: list[Notification] = []
        reasons: list[str] = []
        for squad in rules.learning.weekly_to:
            row = await self._row(squad, monday, rules, now)
            if isinstance(row, str):
                reasons.append(row)
            else:
                rows.append(row)
        body = json.dumps({"at": now.isoformat(), "squads": [row.reader for row in rows]})
        told = Record(KIND, monday.isoformat(), body, expires_at=now + KEPT)
        try:
            await self.store.commit((), (), notices=rows, fresh=(told,))
        except Conflict:  # Another worker was faster.
            reasons = []
        self._told = monday
        return tuple(reasons)

    async def _row(self, squad: str, monday: date, rules: Rules, now: datetime) -> Notification | str:
        since, until = (instant(day, time(), rules.zone) for day in (monday, monday + _WEEK))
        report = await self.reports.report(since, until, squad)
        notice = summary_notice(report, rules.squads[squad].name, monday, self.link(squad, monday))
        return to_squad(f"weekly-report/{monday}/{squad}", squad, notice, rules, now)


def last_due(rules: Rules, now: datetime) -> datetime | None:
    """The last instant at which a summary was due; None where none ever is."""
    if rules.learning.weekly is None:
        return None
    weekday, clock = rules.learning.weekly
    today = now.astimezone(rules.zone).date()
    days = (today - timedelta(days=number) for number in range(-1, 9))
    return next(at for day in days if day.weekday() == weekday and (at := instant(day, clock, rules.zone)) <= now)


def _monday_before(due: datetime, rules: Rules) -> date:
    """The first day of the last week that was over when the summary was due."""
    day = due.astimezone(rules.zone).date()
    return day - timedelta(days=day.weekday()) - _WEEK
