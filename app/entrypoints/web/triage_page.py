"""The first responder's queue: what is no production alert, oldest first, and a form that decides on any of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Response

from app.domain.classify import Severity
from app.domain.errors import IllegalTransition, InvalidPayload, NotFound
from app.domain.events import Action, HandToSquad, Mute, Promote, Resolve
from app.domain.incident import Mark, Outcome, Timer
from app.domain.message import is_address
from app.domain.triage import MUTES, Cause, State, cause_of, state_of
from app.entrypoints.answering import answered
from app.entrypoints.http.incidents import is_incident_id
from app.entrypoints.web.page_route import PageRoute
from app.entrypoints.web.viewer import CHANNEL, Page, Reading, Responding
from app.entrypoints.web.wording import line, name_of, squad_name
from app.service.audit_log import Act
from app.service.triage import Waiting, waiting, with_links

router = APIRouter(prefix="/triage", route_class=PageRoute, include_in_schema=False)

PAGE = 50
LONGEST_REASON = 2_000
MOST_LINKS = 2
STATES = {
    State.QUEUED: (
        "Queue",
        "The triage queue is empty: whatever came in has been handed over, promoted, muted or closed.",
    ),
    State.WITH_SQUAD: ("With squads", "No squad has anything that was handed to it."),
    State.MUTED: ("Muted", "Nothing is muted."),
    State.ASIDE: ("Set aside", "Nothing is snoozed, suppressed or only observed."),
}
CAUSES = {Cause.SEVERITY: "", Cause.MISSING_RUNBOOK: "no runbook", Cause.RAISED: "raised by a person"}
SAID = {
    "hand": "handed over, and the squad is told in its channel",
    "promote": "promoted, and people are told as of any other",
    "mute": "muted: nobody hears of it unless it gets worse",
    "close": "closed",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One of the list. Every text of it is untrusted, on one line, and escaped by the template; `links` are addresses
    with what to call them. `muted_until` is None for what is not muted, or for good."""

    id: str
    title: str
    source: str
    squad: str
    cause: str
    opened_at: datetime
    count: int
    who: str
    muted: bool
    muted_until: datetime | None
    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form."""

    chosen: frozenset[str] = frozenset()
    squad: str = ""
    severity: str = Severity.HIGH.value
    length: str = "a week"
    reason: str = ""


def _hand(page: Page) -> Action:
    if not page.form.text("squad"):
        raise InvalidPayload("choose the squad whose it is", "squad")
    return HandToSquad(page.viewer.actor, page.form.text("squad"), _reason(page))


def _promote(page: Page) -> Action:
    severity = page.form.text("severity")
    if severity not in set(Severity):
        raise InvalidPayload("say how bad it is", "severity")
    return Promote(page.viewer.actor, Severity(severity), _reason(page))


def _mute(page: Page) -> Action:
    chosen = page.form.text("length")
    if chosen not in MUTES:
        raise InvalidPayload("say for how long", "length")
    length = MUTES[chosen]
    return Mute(page.viewer.actor, None if length is None else page.now + length, _reason(page))


DECISIONS: Mapping[str, tuple[str, Callable[[Page], Action]]] = {
    "hand": ("hand", _hand),
    "promote": ("promote", _promote),
    "mute": ("mute", _mute),
    "close": ("resolve", lambda page: Resolve(page.viewer.actor, _reason(page))),
}
"""By the word in the address: what the audit log calls it, and the action; it raises `InvalidPayload`."""


@router.api_route("", methods=["GET", "HEAD"])
async def queue(
    page: Reading, state: str = "", after: str = "", chosen: str = "", did: str = "", count: str = ""
) -> Response:
    listed = _state(state) if state else await _state_with(chosen, page)
    return await _show(page, listed, after, Typed(chosen=frozenset({chosen})), said=_said(did, count))


@router.post("/{decision}")
async def decide(decision: str, page: Responding) -> Response:
    """Each by itself: what cannot be done to one holds up no other, and is said."""
    if decision not in DECISIONS:
        raise NotFound(f"nothing of triage can be {decision[:40]!r}")
    form = page.form
    state, chosen = _state(form.text("state") or "queued"), form.all("incident")[:PAGE]
    typed = Typed(
        frozenset(chosen), form.text("squad"), form.text("severity"), form.text("length"), form.text("reason")
    )
    if not page.viewer.person:
        return await _show(page, state, typed=typed, status=403, wrong="Only people of the rules file decide here.")
    if not chosen:
        return await _show(page, state, typed=typed, status=422, wrong="Choose at least one first.")
    try:
        action = DECISIONS[decision][1](page)
    except InvalidPayload as error:
        return await _show(page, state, typed=typed, status=422, wrong=f"Nothing was changed: {error.reason}.")
    done, refused = await _each(chosen, decision, action, page)
    if refused:
        left = Typed(frozenset(refused), typed.squad, typed.severity, typed.length, typed.reason)
        wrong = "Not done: " + "; ".join(refused.values())
        return await _show(page, state, typed=left, status=409, wrong=wrong, said=_said(decision, str(done)))
    return page.go(f"/triage?state={state}&did={decision}&count={done}")


async def _each(chosen: Sequence[str], decision: str, action: Action, page: Page) -> tuple[int, dict[str, str]]:
    """How many it was done to, and why not to the others."""
    done, refused = 0, dict[str, str]()
    for id in dict.fromkeys(chosen):
        act = Act(f"incident.{DECISIONS[decision][0]}", id, action.by.id, "", CHANNEL, _note(decision, page))
        try:
            applied = await answered(page.application, act, action)
        except (IllegalTransition, InvalidPayload, NotFound) as error:
            refused[id] = str(error)
        else:
            done += applied.outcome is not Outcome.ALREADY
    return done, refused


async def _show(
    page: Page,
    state: State,
    after: str = "",
    typed: Typed = Typed(),
    status: int = 200,
    said: str = "",
    wrong: str = "",
) -> Response:
    store = page.application.store
    found = await waiting(store, PAGE + 1, after if is_incident_id(after) else "", frozenset({state}))
    shown = found[:PAGE]
    return page.show(
        "triage.html",
        status,
        states={one.value: label for one, (label, _) in STATES.items()},
        state=state.value,
        empty=STATES[state][1],
        items=[_item(one, page) for one in await with_links(shown, store)],
        later=f"/triage?state={state}&after={shown[-1].id}" if len(found) > PAGE else "",
        squads=sorted(page.rules.squads.values(), key=lambda one: one.name),
        lengths=tuple(MUTES),
        typed=typed,
        said=said,
        wrong=wrong,
    )


def _item(one: Waiting, page: Page) -> Item:
    incident, rules = one.incident, page.rules
    links = [(link.href, line(link.text) or "source") for link in one.links if is_address(link.href)]
    return Item(
        id=incident.id,
        title=line(incident.title),
        source=line(incident.source),
        squad=squad_name(incident.squad, rules),
        cause=CAUSES[cause_of(incident)],
        opened_at=incident.opened_at,
        count=incident.count,
        who=name_of(incident.acknowledged_by, rules) if incident.acknowledged_by else "",
        muted=Mark.MUTED in incident.marks,
        muted_until=incident.timers.get(Timer.UNMUTE),
        links=tuple(links[:MOST_LINKS]),
    )


def _state(word: str) -> State:
    """Raises `NotFound`."""
    if word not in set(State):
        raise NotFound(f"there is no list called {word[:40]!r}")
    return State(word)


async def _state_with(chosen: str, page: Page) -> State:
    """The list that has this one; the queue where none has."""
    ids = (chosen,) if is_incident_id(chosen) else ()
    found = (await page.application.store.load((), ids)).incidents.get(chosen)
    return (state_of(found) if found else None) or State.QUEUED


def _said(did: str, count: str) -> str:
    """What was done, to how many; nothing for a word or a number that no redirect of ours has."""
    if did not in SAID or not (count.isascii() and count.isdigit()):
        return ""
    number = int(count[:4])
    return f"{number} {SAID[did]}." if number else "It was so already, and nothing has changed."


def _note(decision: str, page: Page) -> str:
    """For the audit log: what was chosen, and why."""
    chosen = page.form.text({"hand": "squad", "promote": "severity", "mute": "length"}.get(decision, ""))
    return ": ".join(part for part in (chosen, _reason(page)) if part)


def _reason(page: Page) -> str:
    return page.form.text("reason", LONGEST_REASON)
