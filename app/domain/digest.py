"""Which due sendings go out as one message: what is due to a reader together, when it is a digest or a storm."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from app.domain.incident import Incident, Mark, Status
from app.domain.message import Item, Message, MessageKind, Notice
from app.domain.notification import Notification, Send
from app.domain.replacing import quick, replace
from app.domain.ruleset import Rules
from app.domain.sending import is_reminder
from app.domain.standing import answers, standing
from app.domain.tell import TAGGED

FOLLOWED = frozenset({MessageKind.PAGE, MessageKind.POST, MessageKind.DIGEST, MessageKind.HAND_OVER})
"""Kinds of rows whose messages ask for somebody: they offer answers, and are kept true once they were posted."""


@quick
@dataclass(frozen=True, slots=True)
class Due:
    """One sending of one notification, with its incident as it is now."""

    notification: Notification
    position: int
    incident: Incident

    @property
    def stands_alone(self) -> bool:
        """Whether it is never one message with others, however many are due: a ticket. It may be read by anybody, so it
        lets nobody in."""
        return self.notification.kind is MessageKind.TICKET

    @property
    def send(self) -> Send:
        return self.notification.sends[self.position]


@dataclass(frozen=True, slots=True)
class Bundle:
    """Sendings that make one message; never empty, all on one channel to one address."""

    dues: tuple[Due, ...]

    @property
    def is_digest(self) -> bool:
        return len(self.dues) > 1


@dataclass(frozen=True, slots=True)
class NoticeDue:
    """One sending of a message that is about no incident."""

    notification: Notification
    position: int
    notice: Notice

    @property
    def send(self) -> Send:
        return self.notification.sends[self.position]


@dataclass(frozen=True, slots=True)
class Single:
    """A sending that is a message of its own, whatever else is due: a notice."""

    due: NoticeDue

    @property
    def dues(self) -> tuple[NoticeDue]:
        return (self.due,)


def bundle(dues: Iterable[Due], storm: int) -> tuple[Bundle, ...]:
    """Every sending in exactly one bundle: digests by name, more than `storm` to one address as one, else alone.
    A ticket is always alone."""
    by_address: dict[tuple[str, str, str], list[Due]] = defaultdict(list)
    alone = list[Bundle]()
    for due in dues:
        if due.stands_alone:
            alone.append(Bundle((due,)))
            continue
        by_address[due.send.channel, due.send.address, due.notification.digest].append(due)
    return (*alone, *(one for key, group in by_address.items() for one in _split(group, bool(key[2]), storm)))


def _split(group: list[Due], digest: bool, storm: int) -> list[Bundle]:
    if digest or len(group) > storm:
        return [Bundle(tuple(group))]
    return [Bundle((due,)) for due in group]


def compose(one: Bundle, rules: Rules, link: Callable[[Notification], str], remark: str = "") -> Message:
    """The message of a bundle. `link` makes the signed address of a notification's action page; `remark` is said of
    every incident in it, before all else."""
    first = one.dues[0]
    items = tuple(_item(due, link(due.notification), remark, rules) for due in one.dues)
    kind = MessageKind.DIGEST if one.is_digest else _kind(first)
    return Message(
        key=_key(one),
        kind=kind,
        channel=first.send.channel,
        address=first.send.address,
        reader=_name(first.notification, rules),
        headline=_headline(kind, items),
        items=items,
        timezone=str(rules.zone_of(first.notification.reader)),
        person="" if first.notification.squad else first.notification.reader,
        mentions=_mentions(one, rules),
    )


def noticed(due: NoticeDue, rules: Rules) -> Message:
    """The message of a notice."""
    notification, send = due.notification, due.send
    return Message(
        key=f"{notification.key}#{send.round}.{send.channel}",
        kind=notification.kind,
        channel=send.channel,
        address=send.address,
        reader=_name(notification, rules),
        headline=due.notice.headline,
        items=(),
        timezone=str(rules.zone_of(notification.reader)),
        person="" if notification.squad else notification.reader,
        notice=due.notice,
        notice_id=notification.incident,
    )


def _mentions(one: Bundle, rules: Rules) -> tuple[str, ...]:
    """The members of squads that were called in, by their addresses on the channel of the message."""
    channel = one.dues[0].send.channel
    squads = [rules.squads.get(due.notification.reader) for due in one.dues if due.notification.role == TAGGED]
    members = [rules.people[member] for squad in squads if squad for member in squad.members]
    found = [method.address for person in members for method in person.methods if method.channel == channel]
    return tuple(dict.fromkeys(found))


def shown_again(due: Due, rules: Rules, link: Callable[[Notification], str], remark: str = "") -> Message:
    """The message of a sending that was made, as it would be now."""
    message = compose(Bundle((due,)), rules, link, remark)
    opening = _STATES.get(due.incident.status)
    return replace(message, headline=f"{opening} {message.items[0].title_line()}") if opening else message


def _kind(due: Due) -> MessageKind:
    """The notification's own kind at first; what a page says again is a reminder."""
    notification = due.notification
    asks = notification.while_listed and not notification.squad
    return MessageKind.REMINDER if asks and is_reminder(notification, due.send) else notification.kind


def _item(due: Due, link: str, remark: str, rules: Rules) -> Item:
    incident, notification = due.incident, due.notification
    warning = "NO RUNBOOK." if Mark.NO_RUNBOOK in incident.marks else ""
    return Item(
        incident=incident.id,
        severity=incident.severity.value,
        title=incident.title,
        squad=incident.squad,
        since=incident.opened_at,
        count=incident.count,
        why=notification.why.sentence(),
        runbook=_runbook(incident.runbook, link),
        link=link,
        status=incident.status.value,
        remark=" ".join(part for part in (remark, warning, notification.remark) if part),
        state=standing(incident, rules, rules.zone_of(notification.reader)),
        answers=answers(incident) if notification.kind in FOLLOWED else (),
        call="" if due.stands_alone else incident.call,
        ticket=incident.ticket,
    )


def _runbook(reference: str, link: str) -> str:
    """Its own address, or for a local runbook the action page, which shows its text."""
    if not reference or "://" in reference or not link:
        return reference
    return f"{link}#runbook"


_OPENINGS: Mapping[MessageKind, str] = {
    MessageKind.REMINDER: "STILL OPEN",
    MessageKind.STOP: "STOP",
    MessageKind.HAND_OVER: "HAND-OVER",
    MessageKind.RESOLVED: "RESOLVED",
    MessageKind.NOTICE: "NOTICE",
}

_STATES: Mapping[Status, str] = {Status.ACKNOWLEDGED: "ACKNOWLEDGED", Status.RESOLVED: "RESOLVED"}


def _headline(kind: MessageKind, items: tuple[Item, ...]) -> str:
    if len(items) > 1:
        counts = {word: sum(item.severity == word for item in items) for word in ("critical", "high", "triage")}
        said = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
        return f"DIGEST {len(items)} incidents: {said}"
    item = items[0]
    return f"{_OPENINGS.get(kind, '')} {item.title_line()}".strip()


def _name(notification: Notification, rules: Rules) -> str:
    known = (rules.squads if notification.squad else rules.people).get(notification.reader)
    return known.name if known else notification.reader


def _key(one: Bundle) -> str:
    """The same for the same sendings, however often they are tried."""
    parts = sorted(f"{due.notification.key}#{due.send.round}.{due.send.channel}" for due in one.dues)
    if len(parts) == 1:
        return parts[0]
    return f"digest-{blake2b(chr(10).join(parts).encode(), digest_size=16).hexdigest()}"
