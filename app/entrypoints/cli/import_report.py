"""The report of an import: what was carried, changed and left out, as text for people and as JSON for programs."""

import textwrap
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.entrypoints.cli.printing import inert

if TYPE_CHECKING:
    from app.service.problem import Problem
    from app.service.moving_over.draft import Cover, Draft
    from app.service.moving_over.findings import Finding

_WIDTH = 110
_HEADINGS = {
    "carried": "Carried over",
    "changed": "Carried over with a change (look at these)",
    "left_out": "Not carried over",
}


def report_text(draft: "Draft", problems: "Sequence[Problem]", output: str) -> str:
    """One paragraph a finding; each says what to do, where there is something to do."""
    lines = [f"{draft.system.brand} to {output}, as of {_both(draft.at, draft)}"]
    for outcome, title in _HEADINGS.items():
        found = [one for one in draft.findings if one.outcome == outcome]
        lines += _section(title, (_sentence(one) for one in found)) if found else ()
    if draft.covers:
        todo = "Overrides in force or to come: a rules file has none, so arrange them as cover"
        lines += _section(todo, (_cover(one) for one in draft.covers))
    if problems:
        said = (f"{problem.weight}: {problem}" for problem in problems)
        lines += _section("What `oncall-router check` says of the new file", said)
    return "\n".join(inert(line) for line in lines) + "\n"


def report_plain(draft: "Draft", problems: "Sequence[Problem]", output: str) -> dict[str, object]:
    """The same as plain values."""
    return {
        "system": draft.system.value,
        "output": output,
        "at": draft.at.isoformat(),
        "findings": [
            {"outcome": one.outcome.value, "subject": one.subject, "reason": one.reason, "todo": one.todo}
            for one in draft.findings
        ],
        "overrides": [
            {
                "schedule": one.schedule,
                "rotas": list(one.rotas),
                "person": one.person,
                "instead_of": one.instead_of,
                "since": one.since.isoformat(),
                "until": one.until.isoformat(),
            }
            for one in draft.covers
        ],
        "problems": [str(problem) for problem in problems],
    }


def _section(title: str, paragraphs: Iterable[str]) -> list[str]:
    lines = ["", f"{title}:"]
    for paragraph in paragraphs:
        lines += textwrap.wrap(
            paragraph, _WIDTH, initial_indent="  - ", subsequent_indent="    ", break_on_hyphens=False
        )
    return lines


def _sentence(one: "Finding") -> str:
    todo = f" To do: {one.todo}." if one.todo else ""
    return f"{one.subject}: {one.reason}.{todo}"


def _cover(one: "Cover") -> str:
    """With the times in UTC and in the schedule's zone."""
    who = one.person or "nobody"
    instead = f" instead of {one.instead_of}" if one.instead_of else ""
    rotas = f"rota {' or '.join(one.rotas)}" if one.rotas else "no rota"
    utc = f"{one.since.astimezone(UTC):%Y-%m-%d %H:%M} to {one.until.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    local = f"{one.since.astimezone(one.zone):%a %d %b %Y %H:%M} to {one.until.astimezone(one.zone):%a %d %b %Y %H:%M}"
    return f'{who}{instead}, {utc} = {local} {one.zone.key}, in the schedule "{one.schedule}" ({rotas})'


def _both(at: datetime, draft: "Draft") -> str:
    return f"{at.astimezone(draft.zone):%a %d %b %Y %H:%M %Z} ({at.astimezone(UTC):%Y-%m-%d %H:%M} UTC)"
