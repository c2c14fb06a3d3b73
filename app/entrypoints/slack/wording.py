"""What a person on Slack is told of what they did, to them alone: always a sentence, never silence."""

from collections.abc import Callable, Mapping

from app.adapters.channels.slack_blocks import lines_of
from app.domain.errors import AppError, StoreUnavailable, Unconfirmed
from app.domain.incident import Incident, Outcome
from app.domain.message import one_line
from app.domain.ruleset import Rules
from app.domain.standing import standing

LONGEST_TITLE = 200

_DONE: Mapping[str, str] = {
    "acknowledge": "You have it. Nobody else is paged for it any more.",
    "resolve": "Resolved. Whoever had it is told.",
    "second-line": "Second line is being paged.",
    "note": "Your note is in the timeline.",
    "tag": "They are told in their channels.",
    "ticket": "It is being written down; where the ticket stands will be in the incident in a moment.",
    "call": "People can meet here:",
    "hand": "It is theirs now, and they are told in their channel.",
    "promote": "It is a production incident now, and people are told as of any other.",
    "mute": "You hear no more of it until then, unless it gets worse.",
}
_ADDRESSES: Mapping[str, Callable[[Incident], str]] = {
    "ticket": lambda incident: incident.ticket,
    "call": lambda incident: incident.call,
}
"""What there is to click afterwards, by the answer."""

_BY_OUTCOME: Mapping[Outcome, str] = {
    Outcome.RECORDED: "Noted. You are shadowing, or have joined somebody, so it stops nothing.",
    Outcome.ALREADY: "It was so already, and nothing has changed.",
}


def effect_of(answer: str, outcome: Outcome, incident: Incident, rules: Rules) -> str:
    """What an answer did, and where the incident stands now."""
    said = _BY_OUTCOME.get(outcome) or _DONE[answer]
    address = _ADDRESSES[answer](incident) if answer in _ADDRESSES else ""
    return "\n".join(line for line in (said, address, line_of(incident, rules)) if line)


def line_of(incident: Incident, rules: Rules) -> str:
    """An incident in a line."""
    title = one_line(incident.title, LONGEST_TITLE)
    return f"{incident.id} {incident.severity.value.upper()} {title}: {standing(incident, rules)}"


def refusal_of(error: AppError) -> str:
    """Why nothing was recorded, and what to do instead."""
    match error:
        case Unconfirmed():
            return "Recorded, but not confirmed by as many servers as were asked for: look again in a minute."
        case StoreUnavailable():
            return (
                "Not recorded: the store is out of reach, and the escalation goes on. "
                "Try again in a minute, or call whoever is to know by telephone."
            )
        case _:
            return f"Nothing was changed: {error}"


def stranger(user: str) -> str:
    return (
        f"Nothing was changed: {user or 'this member'} is nobody in the rules file. Ask for `slack: {user}` to be put "
        "beside your name there."
    )


def whispered(text: str) -> dict[str, object]:
    """A text for one person's eyes, escaped as a whole."""
    plain, blocks = lines_of(text.splitlines())
    return {"response_type": "ephemeral", "text": plain, "blocks": blocks}
