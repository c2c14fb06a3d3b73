"""Silences and maintenance windows: what nobody is told of now, what will be, and a form to make another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from app.adapters.lengths import parse_length
from app.adapters.matchers import Matcher, Operator
from app.domain.errors import InvalidPayload
from app.domain.suppress import Silence, SuppressedBy
from app.entrypoints.http.incidents import incident_of
from app.entrypoints.http.instants import parse_instant
from app.entrypoints.http.silences import state_of
from app.entrypoints.web.page_route import PageRoute
from app.entrypoints.web.viewer import CHANNEL, Form, Page, Reading, Responding
from app.service.audit_log import Act
from app.service.ports import Record
from app.service.silences import Wanted

router = APIRouter(prefix="/silences", route_class=PageRoute, include_in_schema=False)

PAGE = 100
LENGTHS = {
    "30m": "30 minutes",
    "1h": "an hour",
    "2h": "2 hours",
    "4h": "4 hours",
    "8h": "8 hours",
    "24h": "a day",
    "168h": "a week",
}
UNTIL = "until"
"""The choice in place of a length."""

KINDS = {
    SuppressedBy.SILENCE.value: "something is known, and telling people again helps nobody",
    SuppressedBy.MAINTENANCE.value: "somebody works on it",
}
SAID = {
    "made": "In force. What matches is kept, and told after all if it still fires when this ends.",
    "planned": "Planned. Until it begins, people are told as ever.",
    "ended": "It is over. Nothing that it kept quiet is to be told.",
    "told": "It is over. People are told now of what it kept quiet and still fires.",
}
_LONGEST_LINE = 1_000
_MOST_LINES = 50


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form. `since` and `until` are local times of the reader, as a browser writes them."""

    matchers: str = ""
    kind: str = SuppressedBy.SILENCE.value
    since: str = ""
    length: str = "2h"
    until: str = ""
    every: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A silence as it stands now. `until` ends the present stretch, `following` begins the next."""

    silence: Silence
    state: str
    until: datetime | None
    following: datetime | None


@router.api_route("", methods=["GET", "HEAD"])
async def silences(page: Reading, show: str = "", did: str = "", incident: str = "") -> Response:
    """`incident` fills the form with what its first alert is known by."""
    typed = Typed(matchers=await _like_those_of(incident, page) if incident else "")
    return await _show(page, typed, "", show == "all", SAID.get(did, ""))


@router.post("")
async def make(page: Responding) -> Response:
    typed = _typed(page.form)
    application = page.application
    try:
        silence = application.silences.new(_wanted(typed, page))
        note = f"{', '.join(silence.matchers)} until {silence.ends_at:%Y-%m-%dT%H:%M:%SZ}: {silence.why}"
        await application.silences.make(silence, (_logged(f"{silence.kind}.create", silence.id, page, note),))
    except InvalidPayload as error:
        return await _show(page, typed, str(error))
    return page.go(f"/silences?did={'made' if silence.is_in_force(application.clock.now()) else 'planned'}")


@router.post("/{id}/end")
async def end(page: Responding, id: str) -> Response:
    _, told = await page.application.silences.end(id, page.viewer.actor.id, (_logged("silence.end", id, page),))
    return page.go(f"/silences?did={'told' if told else 'ended'}")


async def _show(page: Page, typed: Typed, wrong: str, over: bool = False, said: str = "") -> Response:
    listed = await page.application.silences.listed(PAGE, over=over)
    return page.show(
        "silences.html",
        422 if wrong else 200,
        rows=_rows(listed, page.now),
        over=over,
        typed=typed,
        wrong=wrong,
        said=said,
        kinds=KINDS,
        lengths=LENGTHS,
        until=UNTIL,
    )


async def _like_those_of(incident: str, page: Page) -> str:
    """Matchers that the alert has which opened an incident: its labels, else what it is kept under.

    Not its severity, which would mean every alert as grave where nothing else is known.
    """
    store = page.application.store
    await incident_of(incident, store)
    rows = await store.alerts(incident, 1)
    if not rows:
        return ""
    alert = rows[0].alert
    labels = {name: value for name, value in alert.labels.items() if name != "severity"}
    known = labels or {"source": alert.source, "dedup_key": alert.dedup_key}
    return "\n".join(str(Matcher(name, Operator.EQUAL, value)) for name, value in sorted(known.items()) if value)


def _rows(silences: Sequence[Silence], now: datetime) -> list[Row]:
    """In force first, then what comes next, then what is over."""
    rows = [Row(one, state_of(one, now), one.until(now), one.next_start(now)) for one in silences]
    order = ("active", "between", "pending", "over")
    return sorted(rows, key=lambda row: (order.index(row.state), row.until or row.following or row.silence.ends_at))


def _typed(form: Form) -> Typed:
    return Typed(
        matchers=form.text("matchers"),
        kind=form.text("kind"),
        since=form.text("since"),
        length=form.text("length"),
        until=form.text("until"),
        every=form.text("every"),
        why=form.text("why"),
    )


def _wanted(typed: Typed, page: Page) -> Wanted:
    """Raises `InvalidPayload` in words for whoever filled the form in."""
    zone = page.viewer.zone
    since = _instant(typed.since, zone, "From") or page.now
    if typed.length == UNTIL:
        until = _instant(typed.until, zone, "Until")
        if until is None:
            raise InvalidPayload("say until when")
    else:
        until = since + _length(typed.length)
    if typed.kind not in KINDS:
        raise InvalidPayload("say whether it is a silence or maintenance")
    if not typed.why:
        raise InvalidPayload("say why, for everybody who wonders")
    matchers = _lines(typed.matchers)
    if not matchers:
        raise InvalidPayload("say which alerts are meant")
    return Wanted(
        kind=SuppressedBy(typed.kind),
        matchers=matchers,
        starts_at=since,
        ends_at=until,
        by=page.viewer.actor.id,
        why=typed.why[:_LONGEST_LINE],
        every=_lines(typed.every),
        zone=page.rules.zone.key,
    )


def _lines(text: str) -> tuple[str, ...]:
    found = tuple(line.strip() for line in text.splitlines() if line.strip())
    if len(found) > _MOST_LINES or any(len(line) > _LONGEST_LINE for line in found):
        raise InvalidPayload(f"at most {_MOST_LINES} lines of {_LONGEST_LINE} characters")
    return found


def _instant(text: str, zone: ZoneInfo, name: str) -> datetime | None:
    """A local time of the reader's, as a browser writes it; None for nothing."""
    if not text:
        return None
    try:
        return parse_instant(datetime.fromisoformat(text).replace(tzinfo=zone).isoformat())
    except (ValueError, OverflowError):
        raise InvalidPayload(f"{name}: write it as 2026-11-29 02:00") from None


def _length(text: str) -> timedelta:
    try:
        return parse_length(text)
    except ValueError as error:
        raise InvalidPayload(str(error)) from None


def _logged(what: str, id: str, page: Page, note: str = "") -> Record:
    return page.application.audit_log.record(Act(what, id, page.viewer.actor.id, "", CHANNEL, note))
