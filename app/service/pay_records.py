"""What people have said of their pay, as it is kept: the choice for a week, and hours changed by hand."""

import json
from datetime import UTC, datetime, timedelta

from app.domain.pay import HoursEdit
from app.domain.pay_terms import Choice
from app.service.ports import Record, Store

CHOICE = "pay-choice"
HOURS = "pay-hours"
PAGE = 500

_STAMP = "%Y%m%dT%H%M%S.%f"
_AFTER_ALL = "~"


def choice_record(rota: str, week: datetime, person: str, choice: Choice, by: str, at: datetime) -> Record:
    """The last one said of a week holds. It never expires: pay is asked for again years later."""
    body = {"choice": choice.value, "by": by, "at": at.isoformat()}
    return Record(CHOICE, f"{_stamp(week)}/{rota}/{person}", json.dumps(body))


def edit_record(edit: HoursEdit, number: int) -> Record:
    """`number` counts the edits of one stretch, so that of two made at once only one is taken."""
    body = {
        "before": edit.before.total_seconds(),
        "after": edit.after.total_seconds(),
        "by": edit.by,
        "at": edit.at.isoformat(),
        "why": edit.why,
    }
    return Record(HOURS, f"{_stamp(edit.since)}/{edit.person}/{number:06}", json.dumps(body))


async def choices_between(store: Store, since: datetime, until: datetime) -> dict[tuple[str, datetime, str], Choice]:
    """By rota, start of the week, and person: for weeks that begin from `since` to `until`."""
    found: dict[tuple[str, datetime, str], Choice] = {}
    for record in await _between(CHOICE, store, since, until):
        week, rota, person = record.id.split("/", 2)
        found[rota, _instant(week), person] = Choice(json.loads(record.body)["choice"])
    return found


async def edits_between(store: Store, since: datetime, until: datetime) -> list[HoursEdit]:
    """Of work that began from `since` to `until`, for each stretch in the order in which they were made."""
    return [_edit(record) for record in await _between(HOURS, store, since, until)]


async def _between(kind: str, store: Store, since: datetime, until: datetime) -> list[Record]:
    """Oldest first."""
    found: list[Record] = []
    first, before = _stamp(since), _stamp(until) + _AFTER_ALL
    while True:
        page = await store.records(kind, PAGE, before)
        found += [record for record in page if record.id >= first]
        if len(page) < PAGE or page[-1].id < first:
            return found[::-1]
        before = page[-1].id


def _edit(record: Record) -> HoursEdit:
    since, person, _ = record.id.split("/", 2)
    body = json.loads(record.body)
    return HoursEdit(
        person=person,
        since=_instant(since),
        before=timedelta(seconds=body["before"]),
        after=timedelta(seconds=body["after"]),
        by=body["by"],
        at=datetime.fromisoformat(body["at"]),
        why=body["why"],
    )


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):{_STAMP}}"


def _instant(stamp: str) -> datetime:
    return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
