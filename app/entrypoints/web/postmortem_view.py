"""What the pages show of a post-mortem: its parts ready to read, with names instead of ids."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.action_item import ActionItem, ActionState
from app.domain.postmortem import HEADINGS, TRANSITIONS, PostMortem, Section, spoken_state, without_remarks
from app.domain.postmortem_markdown import span
from app.domain.ruleset import Rules
from app.entrypoints.web.runbook_html import runbook_html
from app.entrypoints.web.wording import line, name_of, squad_name
from app.service.action_tickets import ActionTicket

VERBS = {"open": "Open again", "done": "Done", "dropped": "Drop"}
"""What the button says that gives an action item a state."""


@dataclass(frozen=True, slots=True)
class Written:
    """A section: its name in forms, its heading, what stands in it, and the same as HTML that can do no harm."""

    name: str
    heading: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class ActionRow:
    """An action item; `owner` is a name, `buttons` the states that it could have instead."""

    id: str
    kind: str
    text: str
    owner: str
    state: str
    due: str
    overdue: bool
    ticket: str
    problem: str
    tracked: bool
    buttons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PostMortemView:
    """`facts` are names and texts in order; `moves` what could be done with it now."""

    id: str
    version: int
    title: str
    severity: str
    state: str
    overdue: bool
    due_at: datetime
    owner: str
    saved_at: datetime
    saved_by: str
    change: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Written, ...]
    further: Written
    actions: tuple[ActionRow, ...]
    timeline: tuple[tuple[datetime, str, str, str], ...]
    moves: frozenset[str]


@dataclass(frozen=True, slots=True)
class Saved:
    """A version in the history."""

    version: int
    at: datetime
    by: str
    change: str


def saved_of(one: PostMortem, rules: Rules) -> Saved:
    return Saved(one.version, one.at, name_of(one.by, rules), line(one.change))


async def view_of(one: PostMortem, rules: Rules, now: datetime, tickets: Mapping[str, ActionTicket]) -> PostMortemView:
    facts = one.facts
    return PostMortemView(
        id=one.id,
        version=one.version,
        title=line(facts.title),
        severity=facts.severity,
        state=spoken_state(one.state),
        overdue=one.is_overdue(now),
        due_at=one.due_at,
        owner=name_of(one.owner, rules),
        saved_at=one.at,
        saved_by=name_of(one.by, rules),
        change=line(one.change),
        facts=tuple(_facts(one, rules)),
        sections=await written(one),
        further=Written("further", "Further notes", one.further, await _html(one.further)),
        actions=rows_of(one.actions, rules, now, tickets),
        timeline=tuple(
            (moment.at, name_of(moment.who, rules), moment.what.replace("_", " "), line(moment.text))
            for moment in facts.timeline
        ),
        moves=frozenset(move.value for of, move in TRANSITIONS if of is one.state),
    )


async def written(one: PostMortem) -> tuple[Written, ...]:
    texts = [one.sections.get(name, "") for name in Section]
    htmls = [await _html(text) for text in texts]
    return tuple(
        Written(name.value, HEADINGS[name], text, html) for name, text, html in zip(Section, texts, htmls, strict=True)
    )


def rows_of(
    items: Sequence[ActionItem], rules: Rules, now: datetime, tickets: Mapping[str, ActionTicket]
) -> tuple[ActionRow, ...]:
    return tuple(action_row(item, rules, now, tickets.get(item.id, ActionTicket())) for item in items)


def action_row(item: ActionItem, rules: Rules, now: datetime, ticket: ActionTicket) -> ActionRow:
    return ActionRow(
        id=item.id,
        kind=item.kind.spoken,
        text=line(item.text),
        owner=name_of(item.owner, rules) if item.owner else "nobody",
        state=item.state.value,
        due=f"{item.due:%d %b %Y}" if item.due else "",
        overdue=item.is_overdue(now.astimezone(rules.zone).date()),
        ticket=ticket.url if ticket.url.startswith(("https://", "http://")) else "",
        problem=line(ticket.problem),
        tracked=bool(item.tracked),
        buttons=tuple(state.value for state in ActionState if state is not item.state),
    )


def _facts(one: PostMortem, rules: Rules) -> Sequence[tuple[str, str]]:
    facts = one.facts

    def after(at: datetime | None) -> str:
        return f"{span((at - facts.opened_at).total_seconds())} after it began" if at else ""

    named = (
        ("Squad", squad_name(facts.squad, rules)),
        ("Reported by", line(facts.source)),
        ("Runbook", line(facts.runbook) or "none"),
        ("Acknowledged", after(facts.acknowledged_at)),
        ("Resolved", after(facts.resolved_at)),
        ("People", ", ".join(name_of(person, rules) for person in facts.people)),
        ("Owner", name_of(one.owner, rules)),
        ("Facilitator", name_of(one.facilitator, rules) if one.facilitator else ""),
        ("The runbook", {True: "helped", False: "did not help", None: ""}[one.runbook_helped]),
    )
    return tuple((name, text) for name, text in named if text)


async def _html(text: str) -> str:
    """Off the loop, for hostile Markdown takes its time."""
    plain = without_remarks(text)
    return await asyncio.to_thread(runbook_html, plain) if plain else ""
