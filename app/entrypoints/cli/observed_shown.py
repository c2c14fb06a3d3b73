"""How what would have been told looks, alone and beside what another pager did: for people, and as JSON."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain.comparison import Both, Comparison, Telling
from app.entrypoints.cli.printing import length, local, say, table

MOST_SHOWN = 500
REMINDER = "reminder"
HEADINGS = ("when", "who", "severity", "title", "what", "how", "why")


def show_told(found: list[Telling], start: datetime, end: datetime) -> None:
    if not found:
        say(
            f"Nobody would have been told between {local(start)} and {local(end)}. It is recorded for sources with "
            "`mode: observe` only; `oncall-router rules` shows what is in force."
        )
        return
    say(table(HEADINGS, map(_row, found[:MOST_SHOWN])))
    _rest(len(found))
    say(f"{len(found)} times, {len({one.person for one in found})} readers. Nobody was told.")


def show_compared(result: Comparison, start: datetime, end: datetime, within: timedelta) -> None:
    only_ours = [one for one in result.only_ours if one.what != REMINDER]
    if only_ours:
        say(table(HEADINGS, map(_row, only_ours[:MOST_SHOWN]), "Only by oncall-router"))
        _rest(len(only_ours))
    if result.only_theirs:
        say(table(HEADINGS[:6], (_row(one)[:6] for one in result.only_theirs[:MOST_SHOWN]), "Only by the other"))
        _rest(len(result.only_theirs))
    if result.both:
        headings = ("when", "who", "severity", "title", "how", "theirs", "oncall-router is")
        say(table(headings, map(_pair, result.both[:MOST_SHOWN]), "By both"))
        _rest(len(result.both))
    say(f"{local(start)} to {local(end)}; the same person within {length(within)} is the same.")
    say(
        f"Told by both {len(result.both)}, only by oncall-router {len(only_ours)}, "
        f"only by the other {len(result.only_theirs)}.{_delays(result)}"
    )
    if reminders := len(result.only_ours) - len(only_ours):
        say(f"Not counted are {reminders} reminders of ours: nobody could acknowledge here what was only observed.")


def told_json(found: list[Telling]) -> str:
    """A list in order of time."""
    return json.dumps([_plain(one) for one in found], indent=2)


def compared_json(result: Comparison) -> str:
    """The three lists, with the delay of each pair in seconds, and totals."""
    return json.dumps(
        {
            "both": [
                {"ours": _plain(pair.ours), "theirs": _plain(pair.theirs), "delay": pair.delay.total_seconds()}
                for pair in result.both
            ],
            "only_ours": [_plain(one) for one in result.only_ours],
            "only_theirs": [_plain(one) for one in result.only_theirs],
            "totals": {
                "both": len(result.both),
                "only_ours": len(result.only_ours),
                "only_theirs": len(result.only_theirs),
                "median_delay": _seconds(result.median_delay),
                "longest_delay": _seconds(result.longest_delay),
            },
        },
        indent=2,
    )


def _row(one: Telling) -> tuple[str, ...]:
    what, how = one.what.replace("_", " "), ", ".join(one.channels)
    return local(one.at), one.person, one.severity, one.title, what, how, one.why


def _pair(pair: Both) -> tuple[str, ...]:
    ours, theirs = pair.ours, pair.theirs
    how = ", ".join(ours.channels)
    return local(ours.at), ours.person, ours.severity, ours.title, how, ", ".join(theirs.channels), _said(pair.delay)


def _said(delay: timedelta) -> str:
    if abs(delay) < timedelta(seconds=1):
        return "as soon"
    return f"{length(abs(delay))} {'later' if delay > timedelta(0) else 'sooner'}"


def _delays(result: Comparison) -> str:
    if result.median_delay is None or result.longest_delay is None:
        return ""
    usual, worst = _said(result.median_delay), _said(result.longest_delay)
    return f" Where both did, oncall-router is {usual} (median), at worst {worst}."


def _rest(count: int) -> None:
    if count > MOST_SHOWN:
        say(f"… and {count - MOST_SHOWN} more: --json has all.")


def _plain(one: Telling) -> dict[str, Any]:
    return {
        "at": one.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "person": one.person,
        "what": one.what,
        "title": one.title,
        "dedup_key": one.dedup_key,
        "severity": one.severity,
        "channels": list(one.channels),
        "why": one.why,
        "incident": one.incident,
    }


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds()
