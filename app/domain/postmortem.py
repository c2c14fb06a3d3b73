"""A post-mortem: what was learned from one incident, who writes it, and what is to be done about it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from app.domain.action_item import ActionItem, check_action
from app.domain.errors import IllegalTransition, InvalidPayload

LONGEST_SECTION = 20_000
LONGEST_FURTHER = 60_000
MOST_ACTIONS = 100
MOST_MOMENTS = 400

_COMMENT = re.compile(r"<!--.*?(-->|\Z)", re.DOTALL)


class Section(StrEnum):
    """What every post-mortem answers, in this order."""

    IMPACT = "impact"
    ROOT_CAUSE = "root_cause"
    DETECTION = "detection"
    RESOLUTION = "resolution"
    PREVENTION = "prevention"


HEADINGS: Mapping[Section, str] = {
    Section.IMPACT: "Scale and impact",
    Section.ROOT_CAUSE: "Root cause, beyond the symptoms",
    Section.DETECTION: "How we became aware",
    Section.RESOLUTION: "How it was resolved",
    Section.PREVENTION: "Steps to prevent it",
}


class PostMortemState(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"


class Move(StrEnum):
    """What moves a post-mortem on, or back."""

    REVIEW = "review"
    PUBLISH = "publish"
    REWORK = "rework"


@dataclass(frozen=True, slots=True)
class Moment:
    """A line of what happened: by whom (a person, a source, or "router"), in one word and in a sentence."""

    at: datetime
    who: str
    what: str
    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the incident without anybody's writing it. `incident_version` says how far that goes;
    `people` are the ids of those who answered or were told, the first to answer first."""

    title: str
    severity: str
    squad: str
    source: str
    runbook: str
    count: int
    incident_version: int
    opened_at: datetime
    acknowledged_at: datetime | None
    resolved_at: datetime | None
    people: tuple[str, ...] = ()
    timeline: tuple[Moment, ...] = ()


@dataclass(frozen=True, slots=True)
class PostMortem:
    """One post-mortem as it stood in one version. `id` is its incident's.

    `sections` has all five. `further` is Markdown that belongs to none of them. `owner` writes it (empty: nobody is
    known), `facilitator` leads the talk about it, if anybody does. `runbook_helped` is None until somebody has said.
    `version` counts what was saved, by whom and when (`by`, `at`, `change`). Instants are aware UTC.
    """

    id: str
    version: int
    state: PostMortemState
    facts: Facts
    owner: str
    sections: Mapping[Section, str]
    created_at: datetime
    due_at: datetime
    at: datetime
    by: str
    change: str
    facilitator: str = ""
    further: str = ""
    actions: tuple[ActionItem, ...] = ()
    runbook_helped: bool | None = None
    published_at: datetime | None = None

    def is_overdue(self, now: datetime) -> bool:
        return self.state is not PostMortemState.PUBLISHED and self.due_at <= now

    def action(self, id: str) -> ActionItem | None:
        return next((one for one in self.actions if one.id == id), None)


@dataclass(frozen=True, slots=True)
class Edit:
    """What somebody wants to be otherwise; None leaves a part as it is."""

    sections: Mapping[Section, str] | None = None
    further: str | None = None
    owner: str | None = None
    facilitator: str | None = None
    runbook_helped: bool | None = None
    actions: tuple[ActionItem, ...] | None = None


def edited(before: PostMortem, edit: Edit, by: str, at: datetime) -> PostMortem:
    """The next version, or the same value when nothing would change. Raises `InvalidPayload` for what is too long."""
    after = replace(
        before,
        sections={**before.sections, **{name: tidy(text) for name, text in (edit.sections or {}).items()}},
        further=before.further if edit.further is None else tidy(edit.further),
        owner=before.owner if edit.owner is None else edit.owner,
        facilitator=before.facilitator if edit.facilitator is None else edit.facilitator,
        runbook_helped=before.runbook_helped if edit.runbook_helped is None else edit.runbook_helped,
        actions=before.actions if edit.actions is None else edit.actions,
    )
    if after == before:
        return before
    check_parts(after.sections, after.further, after.actions)
    return _saved(before, after, ", ".join(_changes(before, after)), by, at)


def moved(before: PostMortem, move: Move, by: str, at: datetime) -> PostMortem:
    """The next version after this move. Raises `IllegalTransition`."""
    goes = TRANSITIONS.get((before.state, move))
    if goes is None:
        raise IllegalTransition(
            f"post-mortem {before.id} is {spoken_state(before.state)}: {move} is not possible; "
            f"{_possible(before.state)}"
        )
    return _saved(before, goes(before, at), _SAID[move], by, at)


def with_facts(before: PostMortem, facts: Facts, at: datetime) -> PostMortem:
    """A draft brought up to date with its incident; the same value when it is, or is no draft any more."""
    known = before.facts.incident_version >= facts.incident_version
    if known or before.state is not PostMortemState.DRAFT:
        return before
    return _saved(before, replace(before, facts=facts), "timeline brought up to date", "router", at)


def taken_back(before: PostMortem, facts: Facts | None, by: str, at: datetime) -> PostMortem:
    """A draft again, that knows what has happened to the incident since (None: there is no such incident any more)."""
    after = moved(before, Move.REWORK, by, at)
    return after if facts is None else replace(after, facts=facts)


def check_parts(sections: Mapping[Section, str], further: str, actions: Sequence[ActionItem]) -> None:
    """Raises `InvalidPayload` for what is too long, or too much."""
    for name, text in sections.items():
        if len(text) > LONGEST_SECTION:
            raise InvalidPayload(f"is longer than {LONGEST_SECTION:,} characters", f"sections.{name}")
    if len(further) > LONGEST_FURTHER:
        raise InvalidPayload(f"is longer than {LONGEST_FURTHER:,} characters", "further")
    if len(actions) > MOST_ACTIONS:
        raise InvalidPayload(f"there are more than {MOST_ACTIONS} action items", "actions")
    for one in actions:
        check_action(one)


def unwritten(post_mortem: PostMortem) -> tuple[Section, ...]:
    """The sections in which nothing is written but, perhaps, remarks of the template."""
    return tuple(name for name in Section if not without_remarks(post_mortem.sections.get(name, "")))


def without_remarks(text: str) -> str:
    """What is left of a text for readers: a template's remarks are for whoever writes."""
    return _COMMENT.sub("", text).strip()


def tidy(text: str) -> str:
    """Text as it is stored: one kind of line break, no other control characters, no empty lines around it. Blanks at
    the end of a line stay, for Markdown breaks the line there."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in "\n\t" or (c >= " " and c != "\x7f")).strip("\n")


def spoken_state(state: PostMortemState) -> str:
    return state.value.replace("_", " ")


def _to_review(before: PostMortem, at: datetime) -> PostMortem:
    return replace(before, state=PostMortemState.IN_REVIEW)


def _to_published(before: PostMortem, at: datetime) -> PostMortem:
    lacking = unwritten(before)
    if lacking:
        named = ", ".join(f'"{HEADINGS[name]}"' for name in lacking)
        raise IllegalTransition(f"post-mortem {before.id} cannot be published yet: nothing is written under {named}")
    return replace(before, state=PostMortemState.PUBLISHED, published_at=at)


def _to_draft(before: PostMortem, at: datetime) -> PostMortem:
    return replace(before, state=PostMortemState.DRAFT, published_at=None)


TRANSITIONS: Mapping[tuple[PostMortemState, Move], Callable[[PostMortem, datetime], PostMortem]] = {
    (PostMortemState.DRAFT, Move.REVIEW): _to_review,
    (PostMortemState.IN_REVIEW, Move.PUBLISH): _to_published,
    (PostMortemState.IN_REVIEW, Move.REWORK): _to_draft,
    (PostMortemState.PUBLISHED, Move.REWORK): _to_draft,
}
"""Every move that there is; any other pair is refused, and changes nothing."""

_SAID: Mapping[Move, str] = {
    Move.REVIEW: "sent to review",
    Move.PUBLISH: "published",
    Move.REWORK: "taken back to be reworked",
}


def _possible(state: PostMortemState) -> str:
    return "possible: " + ", ".join(move.value for of, move in TRANSITIONS if of is state)


def _saved(before: PostMortem, after: PostMortem, change: str, by: str, at: datetime) -> PostMortem:
    return replace(after, version=before.version + 1, by=by, at=at, change=change)


def _changes(before: PostMortem, after: PostMortem) -> Iterable[str]:
    """What a version changed, part by part."""
    for name, heading in HEADINGS.items():
        if before.sections.get(name) != after.sections.get(name):
            yield f'"{heading}"'
    parts = (
        ("further notes", before.further != after.further),
        (f"owner {after.owner or 'nobody'}", before.owner != after.owner),
        (f"facilitator {after.facilitator or 'nobody'}", before.facilitator != after.facilitator),
        (_helped(after), before.runbook_helped != after.runbook_helped),
        ("action items", before.actions != after.actions),
    )
    yield from (said for said, differs in parts if differs)


def _helped(after: PostMortem) -> str:
    return "the runbook helped" if after.runbook_helped else "the runbook did not help"
