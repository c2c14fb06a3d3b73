"""`oncall-router simulate`: who would be told what and when, for a payload and an instant, with no side effects."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from app.domain.alert import Alert
from app.domain.ruleset import Rules
from app.entrypoints.cli.durations import parse_duration, parse_instant
from app.entrypoints.cli.failures import CommandFailed
from app.entrypoints.cli.options import AsJson, RulesFile, RunbooksFolder
from app.service.simulated import Line, each_reason_once, first_reminders, together

MOST_LINES = 400


def simulate(
    body: Annotated[str, typer.Argument(metavar="BODY.json", help="What the tool would post; - reads it from stdin.")],
    source: Annotated[str, typer.Option(help="The source instance it would post to, such as alertmanager.")],
    at: Annotated[
        str, typer.Option(metavar="ISO", help="When it would come; without an offset in the rules' zone.")
    ] = "",
    length: Annotated[str, typer.Option("--for", help="How long to look on, such as 72h or 90m.")] = "72h",
    acknowledge_after: Annotated[
        str, typer.Option(help="Acknowledge so long after the first page, as the person paged (not a shadow).")
    ] = "",
    header: Annotated[list[str] | None, typer.Option(help="A header that the tool would send: 'Name: value'.")] = None,
    rules: RulesFile = None,
    runbooks: RunbooksFolder = None,
    every: Annotated[bool, typer.Option("--all", help="Show every reminder, not only the first few of each.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print who would be told what and when. Nothing is stored or sent."""
    from app.entrypoints.cli.settings import read_settings
    from app.service.simulate import simulate as walk
    from app.wired_rules import read_rules

    known = read_rules(read_settings(rules=rules, runbooks=runbooks))
    when = parse_instant(at, known.zone) if at else datetime.now(UTC)
    span, answer = parse_duration(length), parse_duration(acknowledge_after) if acknowledge_after else None
    alerts = _alerts(_read(body), source, _headers(header or []), when, known)
    lines = walk(alerts, known, when, span, answer)
    if as_json:
        typer.echo(json.dumps([_plain(line) for line in lines], indent=2))
    else:
        _show(lines, when, span, known, every)


def _read(body: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if body == "-" else Path(body).read_bytes()
    except OSError as error:
        raise CommandFailed(f"{body} cannot be read ({error.strerror}): name a file, or - for stdin") from None


def _headers(given: Sequence[str]) -> dict[str, str]:
    found = {"content-type": "application/json"}
    for line in given:
        name, colon, value = line.partition(":")
        if not colon:
            raise typer.BadParameter(f"{line!r} is not a header; write it as 'Name: value'")
        found[name.strip().lower()] = value.strip()
    return found


def _alerts(raw: bytes, name: str, headers: Mapping[str, str], at: datetime, rules: Rules) -> tuple[Alert, ...]:
    from app.adapters.sources import SOURCES
    from app.service.source_ports import Alerts, Request

    instance = rules.sources.get(name)
    source = SOURCES.get(instance.type) if instance else None
    if instance is None or source is None:
        there = sorted(one.name for one in rules.sources.values() if one.type in SOURCES)
        raise CommandFailed(f"no source is called {name!r}; there are {', '.join(there)}")
    parsed = source.parse(Request("POST", f"/webhooks/{name}", {}, headers, raw, at), instance)
    return parsed.alerts if isinstance(parsed, Alerts) else ()


def _plain(line: Line) -> dict[str, str]:
    return {**asdict(line), "at": line.at.isoformat().replace("+00:00", "Z"), "what": line.what.value}


def _show(lines: Sequence[Line], at: datetime, span: timedelta, rules: Rules, every: bool) -> None:
    from app.entrypoints.cli.printing import length, local, say, table

    if not lines:
        say("Nobody would be told: this is a message that opens and closes nothing.")
        return
    joined = together(lines)
    shown = joined if every else first_reminders(joined)
    rows = [
        (f"{one.at.astimezone(rules.zone):%a %d %b %H:%M %Z}", *_words(one))
        for one in each_reason_once(shown[:MOST_LINES])
    ]
    say(table(("when", "what", "who", "how", "why"), rows))
    left = len(joined) - len(rows)
    if left:
        say(f"{left} more like these until {local(joined[-1].at, rules.zone)}; --all shows every reminder.")
    say(f"Looked at {length(span)} from {local(at, rules.zone)}, by rules {rules.version}. Nothing was stored or sent.")


def _words(line: Line) -> tuple[str, str, str, str]:
    who = f"{line.person} ({line.role.replace('_', ' ')})" if line.person else ""
    return line.what.replace("_", " "), who, line.channel, line.reason
