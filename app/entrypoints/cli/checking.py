"""Everything that a check looks at, one after the other, and what it found."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import typer

from app.adapters.link_status import status_of
from app.adapters.outbound_http import OutboundHttp
from app.config import Settings
from app.domain.complaint import Complaint
from app.domain.errors import InvalidRules, UnreadRules
from app.domain.ruleset import Rules
from app.entrypoints.cli.alert_sent import sender_of, senders
from app.entrypoints.cli.check_files import barren, from_here, read_rule_files, shown
from app.entrypoints.cli.check_formats import count
from app.entrypoints.cli.durations import parse_instant
from app.entrypoints.cli.progress import Told, progress
from app.service.alert_rules import AlertRule, RuleFile
from app.service.check import check
from app.service.check_alerts import Sender, check_alert_rules, links_of
from app.service.check_links import dead_links, own_links
from app.service.problem import Problem, errors_first
from app.wired_rules import read_rules


@dataclass(frozen=True, slots=True)
class Seen:
    """What a check found, errors first. `in_order` names what it looked at; `is_unread`: it could not look at all."""

    problems: tuple[Problem, ...]
    in_order: str
    passed_over: tuple[RuleFile, ...]
    is_unread: bool


def look(settings: Settings, paths: Sequence[Path], source: str, at: str, follow_links: bool) -> Seen:
    """Raises a usage error for a source or an instant that cannot be."""
    own, rules, is_unread = _own(settings, at)
    files = read_rule_files(paths)
    found = [*own, *(problem for file in files for problem in file.problems), *barren(paths, files)]
    alerts = tuple(rule for file in files for rule in file.rules)
    if rules and (paths or follow_links):
        found += _judge(alerts, rules, _sender(rules, source), follow_links, settings)
    return Seen(
        problems=errors_first(found),
        in_order=_in_order(settings, files, len(alerts) if paths else None),
        passed_over=tuple(file for file in files if file.passed_over),
        is_unread=is_unread or any(file.is_unread for file in files),
    )


def _own(settings: Settings, at: str) -> tuple[list[Problem], Rules | None, bool]:
    """What is wrong with our own files, the rules if they can be used, and whether there was no file to read."""
    try:
        rules = read_rules(settings)
    except InvalidRules as refused:
        found = [Problem(from_here(complaint, settings)) for complaint in refused.problems]
        return found, None, isinstance(refused, UnreadRules)
    instant = parse_instant(at, rules.zone) if at else datetime.now(UTC)
    problems = check(rules, instant)
    return [replace(one, complaint=from_here(one.complaint, settings)) for one in problems], rules, False


def _sender(rules: Rules, name: str) -> Sender:
    known = senders(rules)
    if name not in known:
        raise typer.BadParameter(f"no source of type alertmanager is called {name!r}; there are {', '.join(known)}")
    return sender_of(rules.sources[name])


def _judge(
    alerts: Sequence[AlertRule], rules: Rules, sender: Sender, follow_links: bool, settings: Settings
) -> list[Problem]:
    found = list(check_alert_rules(alerts, rules, sender))
    if follow_links:
        own = [(link, from_here(place, settings)) for link, place in own_links(rules)]
        with progress() as told:
            found += asyncio.run(_follow([*own, *links_of(alerts, rules, sender)], told))
    return found


async def _follow(links: Sequence[tuple[str, Complaint]], told: Told) -> tuple[Problem, ...]:
    http = OutboundHttp()
    try:
        return await dead_links(links, partial(status_of, http=http), told)
    finally:
        await http.aclose()


def _in_order(settings: Settings, files: Sequence[RuleFile], alerts: int | None) -> str:
    rules, runbooks = shown(settings.rules), f"{shown(settings.runbooks)}/"
    if alerts is None:
        return f"{rules} and {runbooks} are in order"
    looked_at = sum(not file.passed_over for file in files)
    return f"{rules}, {runbooks} and {count(alerts, 'alerting rule')} in {count(looked_at, 'file')} are in order"
