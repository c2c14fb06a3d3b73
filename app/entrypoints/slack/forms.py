"""The forms that buttons open: what each asks for, and the action that the answers make.

Source: https://docs.slack.dev/reference/views/modal-views/ and https://docs.slack.dev/reference/block-kit/.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.adapters.slack_requests import Click
from app.domain.classify import Severity
from app.domain.errors import InvalidPayload
from app.domain.events import Action, Actor, HandToSquad, Mute, Note, Promote
from app.domain.message import HAND, MUTE, PROMOTE, one_line
from app.domain.ruleset import Rules
from app.domain.triage import MUTES

LONGEST_NOTE = 3_000
LONGEST_REASON = 1_000
NOTE, REASON, SQUAD, SEVERITY, LENGTH = "note", "reason", "squad", "severity", "length"
"""Blocks, by which a form's answers are known."""

MOST_OPTIONS = 100
"""In one list, and lists in one menu."""

LONGEST_LABEL = 75
LONGEST_VALUE = 150

Values = Mapping[str, str]
Block = dict[str, object]


@dataclass(frozen=True, slots=True)
class Form:
    """`fields` are its blocks by name, and `blocks` what they are by the rules in force. `action` is what the answers
    make at an instant of who gives them; it raises `InvalidPayload` with the block that lacks something. `note` is for
    the audit log."""

    fields: tuple[str, ...]
    title: str
    submit: str
    blocks: Callable[[Rules], Sequence[Block]]
    action: Callable[[Values, datetime], Callable[[Actor], Action]]
    note: Callable[[Values], str]


def view_of(form: Form, click: Click, rules: Rules) -> dict[str, object]:
    """The modal that the click opens. Raises `InvalidPayload` when there is nothing to choose from."""
    kept = {"incident": click.incident, "response_url": click.response_url}
    return {
        "type": "modal",
        "callback_id": click.answer,
        "private_metadata": json.dumps(kept)[:3_000],
        "title": _plain(form.title),
        "submit": _plain(form.submit),
        "close": _plain("Cancel"),
        "blocks": list(form.blocks(rules)),
    }


def _note(values: Values, now: datetime) -> Callable[[Actor], Action]:
    text = values.get(NOTE, "")[:LONGEST_NOTE]
    if not text:
        raise InvalidPayload("Write something, or cancel.", NOTE)
    return lambda by: Note(by, text)


def _hand(values: Values, now: datetime) -> Callable[[Actor], Action]:
    squad = _chosen(values, SQUAD)
    return lambda by: HandToSquad(by, squad, _reason(values))


def _promote(values: Values, now: datetime) -> Callable[[Actor], Action]:
    severity = _chosen(values, SEVERITY)
    if severity not in (Severity.CRITICAL, Severity.HIGH):
        raise InvalidPayload("Choose one of the list.", SEVERITY)
    return lambda by: Promote(by, Severity(severity), _reason(values))


def _mute(values: Values, now: datetime) -> Callable[[Actor], Action]:
    chosen = _chosen(values, LENGTH)
    if chosen not in MUTES:
        raise InvalidPayload("Choose one of the list.", LENGTH)
    length = MUTES[chosen]
    return lambda by: Mute(by, None if length is None else now + length, _reason(values))


def _chosen(values: Values, block: str) -> str:
    if not values.get(block):
        raise InvalidPayload("Choose one of the list.", block)
    return values[block]


def _reason(values: Values) -> str:
    return values.get(REASON, "")[:LONGEST_REASON]


def _said(block: str) -> Callable[[Values], str]:
    """What was chosen, and why."""
    return lambda values: ": ".join(part for part in (values.get(block, ""), _reason(values)) if part)


def _text(block: str, label: str, longest: int, optional: bool = False) -> Block:
    field = {"type": "plain_text_input", "action_id": "text", "multiline": True, "max_length": longest}
    return {"type": "input", "block_id": block, "label": _plain(label), "element": field, "optional": optional}


def _choice(block: str, label: str, options: Mapping[str, str]) -> Block:
    """A menu of values, each with what is shown of it. Raises `InvalidPayload` for an empty one."""
    if not options:
        raise InvalidPayload(f"there is no {block} in the rules file")
    every = [{"text": _plain(one_line(shown, LONGEST_LABEL)), "value": value} for value, shown in options.items()]
    element: Block = {"type": "static_select", "action_id": "choice"}
    if len(every) <= MOST_OPTIONS:
        element["options"] = every
    else:
        lists = [every[n : n + MOST_OPTIONS] for n in range(0, len(every), MOST_OPTIONS)][:MOST_OPTIONS]
        element["option_groups"] = [{"label": _plain(_span(part)), "options": part} for part in lists]
    return {"type": "input", "block_id": block, "label": _plain(label), "element": element}


def _span(options: Sequence[Mapping[str, object]]) -> str:
    """From which value to which a part of a long menu goes."""
    return one_line(f"{options[0]['value']} to {options[-1]['value']}", LONGEST_LABEL)


def _squads(rules: Rules) -> Mapping[str, str]:
    """Without any whose id Slack would refuse, and the whole form with it."""
    return {id: rules.squads[id].name for id in sorted(rules.squads) if len(id) <= LONGEST_VALUE}


def _plain(text: str) -> dict[str, object]:
    return {"type": "plain_text", "text": text}


_WHY = _text(REASON, "Why", LONGEST_REASON, optional=True)

FORMS: Mapping[str, Form] = {
    "note": Form(
        (NOTE,),
        "Note",
        "Write",
        lambda rules: [_text(NOTE, "For the timeline", LONGEST_NOTE)],
        _note,
        lambda values: "",
    ),
    HAND: Form(
        (SQUAD, REASON),
        "Hand to squad",
        "Hand over",
        lambda rules: [_choice(SQUAD, "Squad", _squads(rules)), _WHY],
        _hand,
        _said(SQUAD),
    ),
    PROMOTE: Form(
        (SEVERITY, REASON),
        "Promote",
        "Promote and page",
        lambda rules: [
            _choice(SEVERITY, "To", {"critical": "Critical: wakes people", "high": "High: in working hours"}),
            _WHY,
        ],
        _promote,
        _said(SEVERITY),
    ),
    MUTE: Form(
        (LENGTH, REASON),
        "Mute",
        "Mute",
        lambda rules: [_choice(LENGTH, "For how long", {one: one.capitalize() for one in MUTES}), _WHY],
        _mute,
        _said(LENGTH),
    ),
}
"""By the button's `action_id`, which is the name of the answer too."""
