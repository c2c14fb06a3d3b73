"""What callers send and get of cover."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.domain.cover import Stretch
from app.domain.errors import InvalidPayload
from app.domain.rota_facts import KeptCover, KeptOffer
from app.entrypoints.http.action_bodies import By, Name, RequiredName, Sentence
from app.entrypoints.http.examples import exemplified
from app.entrypoints.http.instants import Instant, Length
from app.entrypoints.http.rota_acting import Effect, effect_of
from app.entrypoints.http.view import View
from app.service.in_force import InForce
from app.service.rota_facts import Change
from app.service.rota_stretches import stretch_of

_STRETCH = {"rota": "primary", "since": "2026-11-25T18:00:00Z", "until": "2026-11-25T22:00:00Z"}
COVER = {
    "id": "06bf80f9c0000001",
    **_STRETCH,
    "person": "ben",
    "instead_of": "asha",
    "state": "to come",
    "by": "ben",
    "at": "2026-11-22T12:00:00Z",
    "note": "school concert",
    "offer": "",
    "swap": "",
    "withdrawn_at": None,
    "withdrawn_by": "",
}
OFFER = {
    "id": "06bf80f9c0000002",
    **_STRETCH,
    "person": "asha",
    "to": "",
    "state": "open",
    "by": "asha",
    "at": "2026-11-22T12:00:00Z",
    "note": "school concert",
    "taken_at": None,
    "taken_by": "",
    "withdrawn_at": None,
    "withdrawn_by": "",
}

CoverState = Literal["to come", "in effect", "over", "withdrawn"]
OfferState = Literal["open", "taken", "withdrawn", "over"]


class CoverView(View):
    """`instead_of` held it before, by the rotation or by an earlier cover (null: nobody did). One that was withdrawn
    when it had begun counts until `withdrawn_at`."""

    model_config = exemplified(COVER)

    id: str
    rota: str
    person: str
    instead_of: str | None
    since: datetime
    until: datetime
    state: CoverState
    by: str
    at: datetime
    note: str
    offer: str
    swap: str
    withdrawn_at: datetime | None
    withdrawn_by: str


class OfferView(View):
    """`to` is who was asked; empty: everybody of the rota, of whom the first to say yes has it."""

    model_config = exemplified(OFFER)

    id: str
    rota: str
    person: str
    to: str
    since: datetime
    until: datetime
    state: OfferState
    by: str
    at: datetime
    note: str
    taken_at: datetime | None
    taken_by: str
    withdrawn_at: datetime | None
    withdrawn_by: str


class Agreed(View):
    """What holds now: a stretch of several shifts is one cover each. `untold` says who could not be told, and why."""

    model_config = exemplified({"effect": "done", "items": [COVER], "untold": []})

    effect: Effect
    items: list[CoverView]
    untold: list[str]


class Offered(View):
    """`untold` says who could not be asked, and why."""

    model_config = exemplified({"effect": "done", "offer": OFFER, "untold": []})

    effect: Effect
    offer: OfferView
    untold: list[str]


class CoverPage(View):
    items: list[CoverView]
    next: str | None


class OfferPage(View):
    items: list[OfferView]
    next: None = None


class StretchBody(BaseModel):
    """From `since` (default: now) until `until`, or `for` a length of time, or else to the end of the shift; or the
    whole `shift` that begins on a local date of the rota."""

    model_config = ConfigDict(**exemplified(_STRETCH), extra="forbid")

    rota: RequiredName
    since: Instant | None = None
    until: Instant | None = None
    length: Annotated[Length | None, Field(alias="for")] = None
    shift: date | None = None

    def stretch(self, in_force: InForce, now: datetime) -> Stretch:
        if self.shift and (self.since or self.until or self.length):
            raise InvalidPayload("say either `shift`, or from when until when", "shift")
        if self.until and self.length:
            raise InvalidPayload("say either `until` or `for`", "until")
        since = self.since or now
        until = self.until or (since + self.length if self.length else None)
        return stretch_of(self.rota, self.shift, since, until, in_force)


class CoverBody(StretchBody):
    model_config = ConfigDict(**exemplified({**_STRETCH, "by": "ben", "note": "school concert"}), extra="forbid")

    person: Annotated[Name, Field(description="Who will hold it. Default: who acts.")] = ""
    note: Sentence = ""
    by: By = ""


class OfferBody(StretchBody):
    model_config = ConfigDict(**exemplified({**_STRETCH, "by": "asha", "note": "school concert"}), extra="forbid")

    to: Annotated[Name, Field(description="Whom to ask. Default: everybody of the rota.")] = ""
    person: Annotated[Name, Field(description="Who holds it. Default: who acts.")] = ""
    note: Sentence = ""
    by: By = ""


class SwapBody(BaseModel):
    """`by` gives `mine` to `other`, and takes `theirs`."""

    model_config = ConfigDict(
        **exemplified(
            {
                "by": "asha",
                "mine": {"rota": "primary", "shift": "2026-11-30"},
                "other": "ben",
                "theirs": {"rota": "primary", "shift": "2026-12-07"},
            }
        ),
        extra="forbid",
    )

    mine: StretchBody
    other: RequiredName
    theirs: StretchBody
    note: Sentence = ""
    by: By = ""


def cover_view(one: KeptCover, now: datetime) -> CoverView:
    return CoverView(
        id=one.id,
        rota=one.rota,
        person=one.person,
        instead_of=one.instead_of or None,
        since=one.since,
        until=one.until,
        state=_cover_state(one, now),
        by=one.by,
        at=one.at,
        note=one.note,
        offer=one.offer,
        swap=one.swap,
        withdrawn_at=one.withdrawn_at,
        withdrawn_by=one.withdrawn_by,
    )


def offer_view(one: KeptOffer, now: datetime) -> OfferView:
    return OfferView(
        id=one.id,
        rota=one.rota,
        person=one.person,
        to=one.to,
        since=one.since,
        until=one.until,
        state=_offer_state(one, now),
        by=one.by,
        at=one.at,
        note=one.note,
        taken_at=one.taken_at,
        taken_by=one.taken_by,
        withdrawn_at=one.withdrawn_at,
        withdrawn_by=one.withdrawn_by,
    )


def agreed(change: Change, now: datetime) -> Agreed:
    covers: Iterable[KeptCover] = (one for one in change.about if isinstance(one, KeptCover))
    items = [cover_view(one, now) for one in covers]
    return Agreed(effect=effect_of(change), items=items, untold=list(change.untold))


def offered(change: Change, now: datetime) -> Offered:
    offer = next(one for one in change.about if isinstance(one, KeptOffer))
    return Offered(effect=effect_of(change), offer=offer_view(offer, now), untold=list(change.untold))


def _cover_state(one: KeptCover, now: datetime) -> CoverState:
    if one.withdrawn_at:
        return "withdrawn"
    if one.until <= now:
        return "over"
    return "in effect" if one.since <= now else "to come"


def _offer_state(one: KeptOffer, now: datetime) -> OfferState:
    if one.taken_at:
        return "taken"
    if one.withdrawn_at:
        return "withdrawn"
    return "open" if one.is_open(now) else "over"
