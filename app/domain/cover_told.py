"""Who is told of a cover, and in which words: both sides, each time, whoever did it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.incident import Incident
from app.domain.message import TAKE_COVER, Notice, one_line
from app.domain.notice import to_person
from app.domain.notification import Notification
from app.domain.people import Urgency
from app.domain.rota import OnCall
from app.domain.rota_facts import KeptCover, KeptOffer
from app.domain.ruleset import Rules
from app.domain.spoken import spoken

_OFFER = "cover-offer"
LONGEST_NOTE = 200
SOON = timedelta(hours=12)
"""A cover that somebody else gives a person is told loudly when it begins within this time."""

Row = Notification | str
"""A row of the outbox, or why somebody cannot be told."""


def told_of_covers(
    covers: Sequence[KeptCover], rules: Rules, now: datetime, incidents: Iterable[Incident] = ()
) -> tuple[Row, ...]:
    """Everybody who holds more or less by them, and which of the open `incidents` stay with whom they are with now."""
    words = tuple(f"{cover_line(one, rules)}{_note(one.note)}" for one in covers)
    end = "It is in effect. To take it back: oncall-router cover withdraw"
    begun = {one.instead_of for one in covers if one.since <= now}
    still = tuple(_still(one, begun, rules) for one in incidents if _with(one) & begun)
    lines = (*still, f"Agreed by {_name(covers[0].by, rules)}.", f"{end} {covers[0].id}")

    def row(reader: str) -> Row:
        soon = any(one.person == reader != one.by and one.since < now + SOON for one in covers)
        urgency = Urgency.URGENT if soon else Urgency.QUIET
        return _row(f"cover/{covers[0].id}/{reader}", reader, words, lines, urgency, rules, now)

    return tuple(map(row, _readers(covers)))


def told_of_withdrawal(
    covers: Sequence[KeptCover], left: Sequence[OnCall], rules: Rules, now: datetime
) -> tuple[Row, ...]:
    """The same people again, and whoever else holds some of it from now on, as `left` says: those are told loudly when
    it is soon. Where it is nobody, everybody is told who could fill the gap."""
    words = tuple(f"Withdrawn: {cover_line(one, rules)}" for one in covers)
    by = covers[0].withdrawn_by
    held = " and ".join(dict.fromkeys(_name(one.person, rules) if one.person else "nobody" for one in left))
    lines = (
        f"By {_name(by, rules)}. What was held of it stays as it was.",
        *([f"Now held by: {held}."] if held else ()),
    )
    takers = {part: _takers(part, rules) for part in left}

    def row(reader: str) -> Row:
        mine = (part for part, people in takers.items() if reader in people and reader != by)
        soon = any((part.since or now) < now + SOON for part in mine)
        urgency = Urgency.URGENT if soon else Urgency.QUIET
        return _row(f"cover/{covers[0].id}/withdrawn/{reader}", reader, words, lines, urgency, rules, now)

    return tuple(map(row, dict.fromkeys((*_readers(covers), *(who for people in takers.values() for who in people)))))


def _takers(part: OnCall, rules: Rules) -> tuple[str, ...]:
    """Who holds it, or whose it could be."""
    if part.person:
        return (part.person,)
    rota = rules.rotas[part.rota]
    return tuple(one for one in rota.members if one not in rota.opted_out) or (rules.last_resort,)


def told_of_offer(offer: KeptOffer, asked: Iterable[str], rules: Rules, now: datetime) -> tuple[Row, ...]:
    """Everybody who is asked; the key of each row names the offer, which an answer to it is known by."""
    words = f"Can you cover {_name(offer.person, rules)}? {_when(offer, rules)}{_note(offer.note)}"
    first = "Only you are asked." if offer.to else "The first to say yes has it."
    lines = (first, f"To say yes: oncall-router cover accept {offer.id}")
    notice = Notice(words, lines, answers=(TAKE_COVER,))
    return tuple(
        to_person(f"{offer_key(offer.id)}{reader}", reader, notice, Urgency.QUIET, rules, now) for reader in asked
    )


def told_nobody_has_taken(offer: KeptOffer, rules: Rules, now: datetime) -> Row:
    """The one who offered it, who still holds it."""
    words = (f"Nobody has taken what you offered: {_when(offer, rules)}",)
    lines = ("It is still yours.", "To give it to somebody: oncall-router cover give")
    key = f"{offer_key(offer.id)}untaken"
    return _row(key, offer.person, words, lines, Urgency.QUIET, rules, now)


def linked(rows: Iterable[Row], address: str) -> tuple[Row, ...]:
    """The same, each with the address of the page where it can be seen and changed."""
    return tuple(
        replace(row, notice=replace(row.notice, link=address)) if isinstance(row, Notification) and row.notice else row
        for row in rows
    )


def offer_key(id: str) -> str:
    """How the keys of all messages about an offer begin."""
    return f"{_OFFER}/{id}/"


def offer_of(key: str) -> str:
    """The id of the offer that the message of this key is about; empty when it is about none."""
    kind, _, rest = key.partition("/")
    return rest.partition("/")[0] if kind == _OFFER else ""


def cover_line(cover: KeptCover, rules: Rules) -> str:
    """For example "Ben covers Asha in rota primary, Wed 25 Nov 18:00 GMT to Wed 25 Nov 22:00 GMT"."""
    covered = _name(cover.instead_of, rules) if cover.instead_of else "a gap"
    return f"{_name(cover.person, rules)} covers {covered} in {_when(cover, rules)}"


def offer_line(offer: KeptOffer, rules: Rules) -> str:
    asked = f"asks {_name(offer.to, rules)}" if offer.to else "asks whoever is first"
    return f"{_name(offer.person, rules)} {asked} to cover {_when(offer, rules)}"


def _row(
    key: str, reader: str, words: Sequence[str], lines: Sequence[str], urgency: Urgency, rules: Rules, now: datetime
) -> Row:
    return to_person(key, reader, Notice(words[0], (*words[1:], *lines)), urgency, rules, now)


def _with(incident: Incident) -> set[str]:
    """Who has it, or is paged for it."""
    return {incident.acknowledged_by or "", *(page.reader for page in incident.pages)} - {""}


def _still(incident: Incident, people: Iterable[str], rules: Rules) -> str:
    names = " and ".join(_name(who, rules) for who in sorted(_with(incident).intersection(people)))
    title = one_line(incident.title, LONGEST_NOTE)
    return f"Stays with {names}: {incident.severity.upper()} {title} ({incident.id})"


def _readers(covers: Sequence[KeptCover]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(who for one in covers for who in (one.person, one.instead_of) if who))


def stretch_words(rota: str, since: datetime, until: datetime, rules: Rules) -> str:
    """For example "rota primary, Wed 25 Nov 18:00 GMT to Wed 25 Nov 22:00 GMT", on the clock of the rota."""
    known = rules.rotas.get(rota)
    zone = known.zone if known else rules.zone
    return f"rota {rota}, {spoken(since, zone)} to {spoken(until, zone)}"


def _when(one: KeptCover | KeptOffer, rules: Rules) -> str:
    return stretch_words(one.rota, one.since, one.until, rules)


def _note(note: str) -> str:
    """Somebody's own words, on one line: they stand in a headline."""
    return f": {one_line(note, LONGEST_NOTE)}" if note else ""


def _name(person: str, rules: Rules) -> str:
    known = rules.people.get(person)
    return known.name if known else person
