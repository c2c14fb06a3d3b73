"""Whom a new version of a post-mortem concerns, and what they are told."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from app.domain.action_item import ActionItem, ActionState
from app.domain.message import Notice
from app.domain.notice import to_address, to_person, to_squad, to_tracker
from app.domain.notification import Notification
from app.domain.people import Urgency
from app.domain.postmortem import PostMortem, PostMortemState
from app.domain.postmortem_deadlines import Owed
from app.domain.postmortem_markdown import span
from app.domain.ruleset import Rules
from app.domain.runbook_debt import RunbookDebt
from app.domain.spoken import spoken

ROLE = "post-mortem"


@dataclass(frozen=True, slots=True)
class Desk:
    """What telling needs: the rules, the instant, and the address of the post-mortem's page."""

    rules: Rules
    now: datetime
    link: str = ""


def of_version(before: PostMortem | None, after: PostMortem, desk: Desk) -> tuple[Notification, ...]:
    """What this version tells: its new owner, a facilitator when it is up for review, the new owners of action items,
    the trackers, and everybody when it is published. Nobody is told of what they have done themselves."""
    return tuple(
        row
        for rows in (
            _owner(before, after, desk),
            _facilitator(before, after, desk),
            _action_owners(before, after, desk),
            _tickets(before, after, desk),
            _published(before, after, desk),
        )
        for row in rows
    )


def of_debt(debt: RunbookDebt, desk: Desk) -> tuple[Notification, ...]:
    """The runbook's owner, else the last resort."""
    named = debt.runbook or "there was none"
    notice = Notice(
        f"A runbook did not help: {debt.title}",
        (f"runbook: {named}", f"said by: {debt.by}", "It is in the list of runbook debts until it is settled."),
        desk.link,
    )
    return _first(f"postmortem/{debt.id}/debt/{debt.opened_at:%Y%m%dT%H%M%S}", (debt.owner,), notice, desk)


def of_nag(owed: Owed, number: int, desk: Desk) -> tuple[Notification, ...]:
    """The first reminder is the owner's; later ones are the squad's too. Who cannot be told is stood in for by the
    squad, and that by the last resort."""
    what = "An action item is overdue" if owed.action else "A post-mortem is overdue"
    since = spoken(owed.due_at, desk.rules.zone)
    lines = (f"due: {since}", f"owner: {owed.owner or 'nobody'}", f"reminder: {number + 1}")
    notice = Notice(f"{what}: {owed.what}", lines, desk.link)
    key = f"postmortem/{owed.id}/overdue/{owed.due_at:%Y%m%dT%H%M}/{number}"
    rows = _first(key, (owed.owner, owed.squad), notice, desk)
    if number == 0 or not owed.owner or not owed.squad:
        return rows
    squad = _first(key, (owed.squad,), notice, desk)
    return (*rows, *(row for row in squad if row.key not in {one.key for one in rows}))


def of_reopening(post_mortem: PostMortem, incident_version: int, desk: Desk) -> tuple[Notification, ...]:
    """The owner hears that there is more to tell than what was sent to review."""
    notice = Notice(
        f"It came back after its post-mortem was written: {post_mortem.facts.title}",
        ("Take the post-mortem back to have its timeline brought up to date.",),
        desk.link,
    )
    readers = (post_mortem.owner, post_mortem.facts.squad)
    return _first(f"postmortem/{post_mortem.id}/came-back/{incident_version}", readers, notice, desk)


def _owner(before: PostMortem | None, after: PostMortem, desk: Desk) -> Iterable[Notification]:
    if after.state is PostMortemState.PUBLISHED or after.owner == after.by or (before and before.owner == after.owner):
        return ()
    lines = (f"due: {spoken(after.due_at, desk.rules.zone)}", f"severity: {after.facts.severity}")
    notice = Notice(f"A post-mortem is yours to write: {after.facts.title}", lines, desk.link)
    return _first(f"postmortem/{after.id}/owner/{after.version}", (after.owner, after.facts.squad), notice, desk)


def _facilitator(before: PostMortem | None, after: PostMortem, desk: Desk) -> Iterable[Notification]:
    is_new = before is None or before.state is not after.state or before.facilitator != after.facilitator
    if after.state is not PostMortemState.IN_REVIEW or not is_new or after.facilitator in ("", after.by):
        return ()
    notice = Notice(f"A post-mortem is up for review, and you lead it: {after.facts.title}", (), desk.link)
    row = to_person(
        f"postmortem/{after.id}/review/{after.version}",
        after.facilitator,
        notice,
        Urgency.QUIET,
        desk.rules,
        desk.now,
        ROLE,
    )
    return () if isinstance(row, str) else (row,)


def _action_owners(before: PostMortem | None, after: PostMortem, desk: Desk) -> Iterator[Notification]:
    for item in after.actions:
        was = before.action(item.id) if before else None
        if item.state is ActionState.OPEN and item.owner not in ("", after.by) and item.owner != (was and was.owner):
            yield from _assigned(item, after, desk)


def _assigned(item: ActionItem, after: PostMortem, desk: Desk) -> tuple[Notification, ...]:
    due = (f"due: {item.due.isoformat()}",) if item.due else ()
    notice = Notice(f"An action item is yours: {item.text}", (f"after: {after.facts.title}", *due), desk.link)
    return _first(f"postmortem/{after.id}/{item.id}/owner/{after.version}", (item.owner,), notice, desk)


def ticket_key(post_mortem: str, item: ActionItem) -> str:
    """The key of the row that opens an action item's ticket."""
    return f"postmortem/{post_mortem}/{item.id}/ticket/{item.tracked}"


def _tickets(before: PostMortem | None, after: PostMortem, desk: Desk) -> Iterator[Notification]:
    for item in after.actions:
        was = before.action(item.id) if before else None
        if item.tracked and not (was and was.tracked):
            notice = Notice(item.text, tuple(_on_ticket(item, after)), desk.link)
            row = to_tracker(ticket_key(after.id, item), item.tracked, notice, desk.rules, desk.now)
            if not isinstance(row, str):
                yield row


def _on_ticket(item: ActionItem, after: PostMortem) -> Iterator[str]:
    yield f"after: {after.facts.title}"
    yield f"kind: {item.kind.spoken}"
    yield f"owner: {item.owner or 'nobody'}"
    if item.due:
        yield f"due: {item.due.isoformat()}"


def _published(before: PostMortem | None, after: PostMortem, desk: Desk) -> Iterator[Notification]:
    if after.state is not PostMortemState.PUBLISHED or (before and before.state is PostMortemState.PUBLISHED):
        return
    notice = Notice(f"Post-mortem published: {after.facts.title}", tuple(_gist(after)), desk.link)
    places = dict.fromkeys((after.facts.squad, *desk.rules.postmortems.publish_to))
    for place in filter(None, places):
        key = f"postmortem/{after.id}/published/{after.version}/{place}"
        if place.startswith("#"):
            yield to_address(key, "slack", place, notice, desk.rules, desk.now)
        elif not isinstance(row := to_squad(key, place, notice, desk.rules, desk.now), str):
            yield row


def _gist(after: PostMortem) -> Iterator[str]:
    facts = after.facts
    yield f"severity: {facts.severity}"
    if facts.resolved_at:
        yield f"lasted: {span((facts.resolved_at - facts.opened_at).total_seconds())}"
    yield f"owner: {after.owner or 'nobody'}"
    yield f"action items still open: {sum(item.state is ActionState.OPEN for item in after.actions)}"


def _first(key: str, readers: Iterable[str], notice: Notice, desk: Desk) -> tuple[Notification, ...]:
    """The first of these people and squads who can be told, else the last resort."""
    for reader in (*filter(None, readers), desk.rules.last_resort):
        if reader in desk.rules.squads:
            row = to_squad(f"{key}/{reader}", reader, notice, desk.rules, desk.now)
        else:
            row = to_person(f"{key}/{reader}", reader, notice, Urgency.QUIET, desk.rules, desk.now, ROLE)
        if not isinstance(row, str):
            return (row,)
    return ()
