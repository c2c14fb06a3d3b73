"""What a page may do to an incident: each button or form, by its name in the address, as an action."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from app.adapters.lengths import parse_length
from app.domain.errors import InvalidPayload
from app.domain.events import (
    Acknowledge,
    Action,
    CallSecondLine,
    Escalate,
    Note,
    OpenTicket,
    Park,
    Reassign,
    Resolve,
    Snooze,
    StartCall,
    TagSquads,
    Unacknowledge,
)
from app.domain.incident import Outcome
from app.entrypoints.web.viewer import Page

LONGEST_REASON = 2_000


def _snooze(page: Page) -> Action:
    try:
        length = parse_length(page.form.text("for"))
    except ValueError as error:
        raise InvalidPayload(str(error), "for") from None
    return Snooze(page.viewer.actor, page.now + length)


def _reassign(page: Page) -> Action:
    to = page.form.text("to")
    if not to:
        raise InvalidPayload("say to whom", "to")
    return Reassign(page.viewer.actor, to)


def _note(page: Page) -> Action:
    text = page.form.text("text")
    if not text:
        raise InvalidPayload("the note is empty", "text")
    return Note(page.viewer.actor, text)


def _tag(page: Page) -> Action:
    squads = page.form.all("squads")
    if not squads:
        raise InvalidPayload("choose at least one squad", "squads")
    return TagSquads(page.viewer.actor, squads)


def _reason(page: Page) -> str:
    return page.form.text("reason", LONGEST_REASON)


ACTS: Mapping[str, Callable[[Page], Action]] = {
    "acknowledge": lambda page: Acknowledge(page.viewer.actor),
    "unacknowledge": lambda page: Unacknowledge(page.viewer.actor),
    "resolve": lambda page: Resolve(page.viewer.actor, _reason(page)),
    "second-line": lambda page: CallSecondLine(page.viewer.actor, _reason(page)),
    "escalate": lambda page: Escalate(page.viewer.actor, _reason(page)),
    "park": lambda page: Park(page.viewer.actor, _reason(page)),
    "snooze": _snooze,
    "reassign": _reassign,
    "note": _note,
    "tag": _tag,
    "ticket": lambda page: OpenTicket(page.viewer.actor),
}
"""Each raises `InvalidPayload` for a form that cannot be. A call is none of them: it has to be asked for elsewhere."""

SAID = {
    "acknowledge": "You have it. Nobody else is paged for it any more.",
    "unacknowledge": "Given back. Whoever is on call is paged again.",
    "resolve": "Resolved. Whoever had it is told.",
    "second-line": "Second line is being paged.",
    "escalate": "The next step is being told.",
    "park": "Parked until the next working day.",
    "snooze": "Snoozed. It starts again when that ends.",
    "reassign": "Given to somebody else, who is paged.",
    "note": "Your note is in the timeline.",
    "tag": "They are told in their channels.",
    "ticket": "It is being written down; its address will be here in a moment.",
    "call": "People can meet now: the link is here, and in the messages.",
    "recorded": "Noted. You are shadowing, or have joined somebody, so it stops nothing.",
    "already": "It was so already, and nothing has changed.",
    "raised": "Raised. Whoever is on call is being paged.",
}
"""What a page says after a button, by the word in the redirect; any other word says nothing."""


def samples(page: Page) -> Mapping[str, Action]:
    """One of each, to ask what would change something now. For that it matters not what a note says, how long a snooze
    is, or who is called."""
    by, rules = page.viewer.actor, page.rules
    return {
        "acknowledge": Acknowledge(by),
        "unacknowledge": Unacknowledge(by),
        "resolve": Resolve(by),
        "second-line": CallSecondLine(by),
        "escalate": Escalate(by),
        "park": Park(by),
        "snooze": Snooze(by, page.now + timedelta(hours=1)),
        "reassign": Reassign(by, next((one for one in rules.people if one != by.id), by.id)),
        "note": Note(by, "-"),
        "ticket": OpenTicket(by),
        "call": StartCall(by, "-"),
        **({"tag": TagSquads(by, tuple(rules.squads)[:1])} if rules.squads else {}),
    }


def word_of(act: str, outcome: Outcome) -> str:
    """What the page says afterwards."""
    return outcome.value if outcome in (Outcome.RECORDED, Outcome.ALREADY) else act
