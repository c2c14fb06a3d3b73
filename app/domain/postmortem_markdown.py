"""A post-mortem as one Markdown file: to be read, kept elsewhere, or edited and brought back.

Whatever is written under a heading of ours comes back under the same one: a line of somebody's text that could be taken
for such a heading is written with a backslash before it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, tzinfo

from app.domain.action_item import ActionItem, ActionState
from app.domain.message import one_line
from app.domain.postmortem import HEADINGS, Facts, Moment, PostMortem, Section

ACTIONS, TIMELINE, FURTHER = "actions", "timeline", "further"
OTHER_HEADINGS: Mapping[str, str] = {ACTIONS: "Action items", TIMELINE: "Timeline", FURTHER: "Further notes"}

BOXES: Mapping[ActionState, str] = {ActionState.OPEN: " ", ActionState.DONE: "x", ActionState.DROPPED: "-"}
FENCE = "---"

_NAMES: Mapping[str, str] = {
    **{heading.lower(): name.value for name, heading in HEADINGS.items()},
    **{heading.lower(): name for name, heading in OTHER_HEADINGS.items()},
    "impact": Section.IMPACT,
    "root cause": Section.ROOT_CAUSE,
    "detection": Section.DETECTION,
    "resolution": Section.RESOLUTION,
    "prevention": Section.PREVENTION,
}
_HEADING = re.compile(r"(\\*)##?[ \t]+([^#\n]{1,60}?)[ \t:]*\Z")


def exported(post_mortem: PostMortem, zone: tzinfo) -> str:
    """The whole of it, with times on a clock in `zone`."""
    parts = [
        _front_matter(post_mortem),
        f"# Post-mortem: {one_line(post_mortem.facts.title, 500)}",
        "\n".join(_facts(post_mortem, zone)),
        *(f"## {HEADINGS[name]}\n\n{shielded(post_mortem.sections.get(name, ''))}" for name in Section),
        f"## {OTHER_HEADINGS[ACTIONS]}\n\n" + "\n".join(map(action_line, post_mortem.actions)),
        f"## {OTHER_HEADINGS[TIMELINE]}\n\n" + "\n".join(_timeline(post_mortem.facts, zone)),
        f"## {OTHER_HEADINGS[FURTHER]}\n\n{shielded(post_mortem.further)}",
    ]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def heading_of(line: str) -> str | None:
    """Which part of the file this line begins, if it is one of our headings."""
    found = _HEADING.match(line)
    return _NAMES.get(found[2].lower()) if found and not found[1] else None


def shielded(text: str) -> str:
    """Text none of whose lines is one of our headings."""
    return "\n".join(f"\\{line}" if _looks_like_ours(line) else line for line in text.split("\n"))


def unshielded(line: str) -> str:
    return line[1:] if line.startswith("\\") and _looks_like_ours(line) else line


def action_line(item: ActionItem) -> str:
    """Such as `- [ ] Alert on the queue (new alert; owner asha; due 2026-12-04) #06bf80f9c0000002`."""
    details = [item.kind.spoken]
    if item.owner:
        details.append(f"owner {item.owner}")
    if item.due:
        details.append(f"due {item.due.isoformat()}")
    return f"- [{BOXES[item.state]}] {item.text} ({'; '.join(details)}) #{item.id}"


def helped_word(helped: bool | None) -> str:
    return {True: "yes", False: "no", None: ""}[helped]


def _looks_like_ours(line: str) -> bool:
    found = _HEADING.match(line)
    return found is not None and found[2].lower() in _NAMES


def _front_matter(post_mortem: PostMortem) -> str:
    """What a program needs to bring the file back; people may change the last three."""
    return "\n".join(
        (
            FENCE,
            f"incident: {post_mortem.id}",
            f"version: {post_mortem.version}",
            f"state: {post_mortem.state}",
            f"owner: {post_mortem.owner}",
            f"facilitator: {post_mortem.facilitator}",
            f"runbook_helped: {helped_word(post_mortem.runbook_helped)}",
            FENCE,
        )
    )


def _facts(post_mortem: PostMortem, zone: tzinfo) -> Iterator[str]:
    facts = post_mortem.facts
    named = (
        ("Severity", facts.severity),
        ("Squad", facts.squad),
        ("Reported by", facts.source),
        ("Runbook", facts.runbook or "none"),
        ("Began", local(facts.opened_at, zone)),
        ("Acknowledged", _since(facts.acknowledged_at, facts, zone)),
        ("Resolved", _since(facts.resolved_at, facts, zone)),
        ("Owner", post_mortem.owner or "nobody"),
        ("Facilitator", post_mortem.facilitator),
        ("People", ", ".join(facts.people)),
    )
    yield from table(("", ""), ((name, value) for name, value in named if value))


def _timeline(facts: Facts, zone: tzinfo) -> Iterator[str]:
    if facts.timeline:
        yield from table(("time", "who", "what"), (_row(moment, zone) for moment in facts.timeline))


def _row(moment: Moment, zone: tzinfo) -> tuple[str, str, str]:
    return local(moment.at, zone), moment.who, f"{moment.what.replace('_', ' ')}: {moment.text}"


def table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Rows of a Markdown table; what came from alerts can end no cell."""
    yield f"| {' | '.join(headings)} |"
    yield f"|{'---|' * len(headings)}"
    for row in rows:
        yield f"| {' | '.join(map(_cell, row))} |"


def local(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%a %d %b %Y %H:%M:%S %Z}"


def span(seconds: float) -> str:
    """Such as "4 min" or "1 h 05 min"."""
    minutes = int(seconds) // 60
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes} min"


def _since(at: datetime | None, facts: Facts, zone: tzinfo) -> str:
    if at is None:
        return ""
    return f"{local(at, zone)}, {span((at - facts.opened_at).total_seconds())} after it began"


def _cell(text: str) -> str:
    return one_line(text, 2_000).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
