"""Reading a Markdown file as a post-mortem. What is not understood is kept among the further notes, word for word."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from app.domain.action_item import ActionItem, ActionKind, ActionState, one_text
from app.domain.errors import InvalidPayload
from app.domain.postmortem import Edit, PostMortem, Section, tidy
from app.domain.postmortem_markdown import ACTIONS, BOXES, FENCE, FURTHER, TIMELINE, heading_of, unshielded

LONGEST_FILE = 700_000

_KINDS = {kind.spoken: kind for kind in ActionKind}
_STATES = {box: state for state, box in BOXES.items()} | {"X": ActionState.DONE}
_ACTION = re.compile(
    r"[-*] \[([ xX-])\] (.+?)"
    r"(?: \((new alert|updated runbook|code change|other)((?:; [^();]*)*)\))?"
    r"(?: #([0-9a-f]{16}))?"
)
_KEY = re.compile(r"([a-z_]{1,40}):(?: (.*))?")
_OWN_KEYS = frozenset({"incident", "version", "state", "owner", "facilitator", "runbook_helped"})
_HELPED = {"yes": True, "true": True, "no": False, "false": False}


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file says. `version` is the one that it was exported at, `incident` whose it is, if it says so; None in
    the other parts: nothing is said. `actions` without an id are new. `kept` is what fits nowhere."""

    sections: Mapping[Section, str]
    further: str | None = None
    kept: str = ""
    actions: tuple[ActionItem, ...] = ()
    incident: str = ""
    version: int | None = None
    owner: str | None = None
    facilitator: str | None = None
    runbook_helped: bool | None = None


@dataclass(slots=True)
class _Reading:
    """A file on its way in: lines by the part that they stand in, and those that fit nowhere."""

    parts: dict[str, list[str]] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    front: dict[str, str] = field(default_factory=dict)


def read_markdown(text: str, ours: Collection[str] = ()) -> Imported:
    """What `text` says. `ours` are the lines of the version it was exported at: what stands in the tables that are made
    for each export is ours if it is among them, and otherwise somebody's. Raises `InvalidPayload` for a file that is
    too long, or holds a value that cannot be."""
    if len(text) > LONGEST_FILE:
        raise InvalidPayload(f"is longer than {LONGEST_FILE:,} characters", "markdown")
    reading = _Reading()
    lines = _without_front_matter(tidy(text).split("\n"), reading)
    before = _split(lines, reading)
    reading.kept += _foreign([*before, *reading.parts.get(TIMELINE, [])], ours)
    actions = [_action(line, reading) for line in reading.parts.get(ACTIONS, [])]
    return Imported(
        sections={name: _text(reading.parts[name.value]) for name in Section if name.value in reading.parts},
        further=_text(reading.parts[FURTHER]) if FURTHER in reading.parts else None,
        kept=_text(reading.kept),
        actions=tuple(action for action in actions if action),
        incident=reading.front.get("incident", ""),
        version=_number(reading.front.get("version", "")),
        owner=reading.front.get("owner"),
        facilitator=reading.front.get("facilitator"),
        runbook_helped=_helped(reading.front.get("runbook_helped", "")),
    )


def edit_of(before: PostMortem, given: Imported) -> Edit:
    """What the file changes of the version that it was exported at. An action item that it leaves out stays."""
    further = before.further if given.further is None else given.further
    return Edit(
        sections=given.sections,
        further="\n\n".join(filter(None, (further, given.kept))),
        owner=given.owner,
        facilitator=given.facilitator,
        runbook_helped=given.runbook_helped,
        actions=_merged(before.actions, given.actions),
    )


def _merged(known: tuple[ActionItem, ...], given: tuple[ActionItem, ...]) -> tuple[ActionItem, ...]:
    """The first line with an item's id is that item; one that was copied within the file is another."""
    ids, named = {item.id for item in known}, dict[str, ActionItem]()
    new: list[ActionItem] = []
    for item in given:
        if item.id in ids and item.id not in named:
            named[item.id] = item
        else:
            new.append(item)
    return (*(_as_given(item, named.get(item.id)) for item in known), *as_new(new))


def as_new(given: Iterable[ActionItem]) -> tuple[ActionItem, ...]:
    """Items that are to get ids of their own: a line that was copied from elsewhere has that of another item."""
    return tuple(replace(item, id="") for item in given)


def _as_given(item: ActionItem, given: ActionItem | None) -> ActionItem:
    if given is None:
        return item
    return ActionItem(item.id, given.kind, given.text, given.owner, given.state, given.due, item.tracked)


def _without_front_matter(lines: list[str], reading: _Reading) -> list[str]:
    if not lines or lines[0].rstrip() != FENCE:
        return lines
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == FENCE), None)
    if end is None:
        return lines
    for line in lines[1:end]:
        found = _KEY.fullmatch(line.rstrip())
        if found and found[1] in _OWN_KEYS:
            reading.front[found[1]] = (found[2] or "").strip()
        else:
            reading.kept.append(line)
    return lines[end + 1 :]


def _split(lines: list[str], reading: _Reading) -> list[str]:
    """Sort the lines by the heading that they stand under; those before the first are handed back."""
    before: list[str] = []
    here = before
    for line in lines:
        name = heading_of(line)
        if name is None:
            here.append(unshielded(line))
        else:
            here = reading.parts.setdefault(name, [])
            if here:
                here.append("")
    return before


def _foreign(lines: Iterable[str], ours: Collection[str]) -> list[str]:
    return [line for line in lines if line not in ours]


def _action(line: str, reading: _Reading) -> ActionItem | None:
    found = _ACTION.fullmatch(line.strip())
    if found is None:
        if line.strip():
            reading.kept.append(line)
        return None
    details = dict(_detail(part) for part in (found[4] or "").split("; ") if part)
    return ActionItem(
        id=found[5] or "",
        kind=_KINDS[found[3]] if found[3] else ActionKind.OTHER,
        text=one_text(found[2]),
        owner=details.get("owner", ""),
        state=_STATES[found[1]],
        due=_day(details["due"]) if details.get("due") else None,
    )


def _detail(part: str) -> tuple[str, str]:
    name, _, value = part.partition(" ")
    if name not in ("owner", "due"):
        raise InvalidPayload(
            f"{part[:80]!r} is no detail of an action item: write `owner NAME` or `due DATE`", "markdown"
        )
    return name, value.strip()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidPayload(f"{text[:40]!r} is not a date; write it as 2026-12-24", "markdown") from None


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


def _helped(text: str) -> bool | None:
    return _HELPED.get(text.strip().lower())


def _text(lines: Iterable[str]) -> str:
    return "\n".join(lines).strip("\n")
