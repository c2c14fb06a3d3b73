"""Messages that are about no incident: rows of the outbox like a page, each known by a key that says what it is of."""

from datetime import datetime, timedelta
from hashlib import blake2b

from app.domain.message import MessageKind, Notice
from app.domain.notification import Notification, Planned, Why
from app.domain.people import Urgency
from app.domain.ruleset import Rules
from app.domain.tell import SQUAD, TICKET, plan_for, squad_posts

TOP_BIT = 1 << 63
"""Ids of incidents are made of the time and do not reach it before 2089; ids of notices all have it."""


def notice_id(key: str) -> str:
    """The id under which the row of that key is kept: 16 hexadecimal digits that no incident's id can be."""
    digest = int.from_bytes(blake2b(key.encode("utf-8", "replace"), digest_size=8).digest(), "big")
    return f"{digest | TOP_BIT:016x}"


def to_person(
    key: str,
    person: str,
    notice: Notice,
    urgency: Urgency,
    rules: Rules,
    now: datetime,
    role: str = "",
    kind: MessageKind = MessageKind.NOTICE,
) -> Notification | str:
    """The row that tells one person, up their ladder of that urgency until one method works; or why that is impossible.

    The store keeps a row of one key once, so a key names what happened: told again, nobody is told twice.
    """
    known = rules.people.get(person)
    if known is None:
        return f"{person} is not among the people of the rules file"
    plan, spare = plan_for(known, rules.ladder_for(known, urgency), urgency)
    return _row(key, person, role, plan, notice, rules, now, kind, spare) if plan else f"{person} has no contact method"


def to_squad(key: str, squad: str, notice: Notice, rules: Rules, now: datetime) -> Notification | str:
    """The row that tells a squad in its channel, or why it cannot be told."""
    plan = squad_posts(squad, rules)
    if isinstance(plan, str):
        return plan
    return _row(key, squad, SQUAD, plan, notice, rules, now, MessageKind.NOTICE, squad=True)


def to_address(key: str, channel: str, address: str, notice: Notice, rules: Rules, now: datetime) -> Notification:
    """The row that posts to one address, such as a chat's channel that is no squad's."""
    plan = (Planned(channel, address, 0),)
    return _row(key, address, "", plan, notice, rules, now, MessageKind.NOTICE, squad=True)


def to_tracker(key: str, squad: str, notice: Notice, rules: Rules, now: datetime) -> Notification | str:
    """The row that opens a ticket with the squad, or why that is impossible. Where the ticket stands is the reference
    of its sending, once the row is done."""
    tracker = rules.squads[squad].tickets if squad in rules.squads else None
    if tracker is None:
        return f"squad {squad} has no tracker"
    plan = (Planned(tracker.channel, tracker.address, 0),)
    return _row(key, squad, TICKET, plan, notice, rules, now, MessageKind.TICKET, squad=True)


def _row(
    key: str,
    reader: str,
    role: str,
    plan: tuple[Planned, ...],
    notice: Notice,
    rules: Rules,
    now: datetime,
    kind: MessageKind,
    spare: tuple[Planned, ...] = (),
    squad: bool = False,
) -> Notification:
    return Notification(
        key=key,
        incident=notice_id(key),
        kind=kind,
        reader=reader,
        role=role,
        why=Why(role=role, cause=notice.headline, rules_version=rules.version),
        created_at=now,
        due_at=now + timedelta(seconds=min(rung.after for rung in plan)),
        plan=plan,
        spare=spare,
        squad=squad,
        once=True,
        notice=notice,
    )
