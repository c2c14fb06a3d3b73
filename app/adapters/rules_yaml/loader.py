"""From routing_rules.yaml to `Rules`: read, check everything, build, and only then accept."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from app.adapters.rules_yaml.calendars import build_calendars, default_calendar
from app.adapters.rules_yaml.defaults import check_defaults
from app.adapters.rules_yaml.doubts import doubt
from app.adapters.rules_yaml.heartbeats import build_heartbeats
from app.adapters.rules_yaml.inhibitions import build_inhibitions
from app.adapters.rules_yaml.ladders import build_ladders
from app.adapters.rules_yaml.names import Names
from app.adapters.rules_yaml.pay import build_learning, build_pay
from app.adapters.rules_yaml.people import build_people, build_squads
from app.adapters.rules_yaml.policies import Policies, told_out_of_hours
from app.adapters.rules_yaml.postmortems import build_postmortems
from app.adapters.rules_yaml.reading import read_shape
from app.adapters.rules_yaml.report import Report
from app.adapters.rules_yaml.rotas import build_rotas
from app.adapters.rules_yaml.rule_lines import build_rules
from app.adapters.rules_yaml.shapes import FileShape
from app.adapters.rules_yaml.sources import KnownTypes, build_sources
from app.adapters.rules_yaml.texts import Written, kept_texts, read_texts
from app.adapters.runbooks_md import load_runbooks
from app.domain.classify import OnMissingRunbook, Severity
from app.domain.complaint import Place
from app.domain.errors import InvalidRules
from app.domain.ruleset import Limits, Rules, ShiftNotices
from app.domain.runbook import Library

_PLACED = ("calendars", "people", "squads", "rotas", "policies", "ladders", "sources", "heartbeats")


def load_rules(path: Path, runbooks: Path, sources: Mapping[str, Mapping[str, Severity]]) -> Rules:
    """The rules in `path` with the runbooks in the folder `runbooks`; raises `InvalidRules` with every problem found.

    `sources` gives each known source type's own severity words, in lower case.
    """
    report = Report()
    written = read_texts(path, report)
    file = read_shape(written.tree, report)
    if file is None:
        raise InvalidRules(report.problems)
    library, unread = load_runbooks(runbooks, file.defaults.runbook_hosts)
    rules = _build(file, written, library, sources, report)
    if report.problems:
        raise InvalidRules(report.problems)
    doubt(file, rules, report)
    return replace(rules, warnings=(*report.doubts, *unread))


def load_kept(text: str, sources: Mapping[str, Mapping[str, Severity]]) -> Rules:
    """The rules of a `Rules.text` that was kept, without the runbooks of its time; raises `InvalidRules` when this
    version of the program would refuse it."""
    report = Report()
    written = kept_texts(text, report)
    file = read_shape(written.tree, report)
    if file is None:
        raise InvalidRules(report.problems)
    rules = _build(file, written, Library({}, {}), sources, report)
    if report.problems:
        raise InvalidRules(report.problems)
    return rules


def _build(file: FileShape, written: Written, library: Library, sources: KnownTypes, report: Report) -> Rules:
    names = Names(written.tree, report)
    check_defaults(file, written.tree, names, report)
    people = build_people(file, names, report)
    policies = Policies(file, names, report).build()
    return Rules(
        version=_version(written.text, library),
        zone=file.defaults.timezone,
        on_missing_runbook=file.defaults.on_missing_runbook or OnMissingRunbook.PAGE,
        last_resort=file.defaults.last_resort or "",
        default_calendar=default_calendar(file, report),
        calendars=build_calendars(file, report),
        people=people,
        squads=build_squads(file, names, report),
        rotas=build_rotas(file, people, told_out_of_hours(policies), names, report),
        policies=policies,
        ladders=build_ladders(file, report),
        rules=build_rules(file, names, report),
        sources=build_sources(file, sources, report),
        heartbeats=build_heartbeats(file, names, report),
        library=library,
        inhibitions=build_inhibitions(file, report),
        mode=file.mode,
        limits=_limits(file),
        postmortems=build_postmortems(file, names, report),
        shift_notices=ShiftNotices(file.notices.before_shift, file.notices.handover),
        call_room=file.defaults.call_room or "",
        pay=build_pay(file, names, report),
        learning=build_learning(file, names),
        places=_places(file),
        text=written.text,
        files=written.files,
    )


def _version(text: str, library: Library) -> str:
    """A short hash of everything that was read, runbooks included: another version is another set of rules."""
    hashed = hashlib.sha256(text.encode())
    for slug, runbook in sorted(library.by_slug.items()):
        hashed.update(f"\0{slug}\0{runbook.text}".encode())
    return hashed.hexdigest()[:12]


def _limits(file: FileShape) -> Limits:
    given = file.limits
    return Limits(
        reopen_window=given.reopen_window,
        best_effort=given.best_effort,
        hand_over_step=given.hand_over_step.length,
        storm=given.storm,
        shadow_counts=given.shadow_counts,
        storm_window=given.storm_window,
        flap_reopens=given.flap_reopens,
        flap_window=given.flap_window,
        flap_hold=given.flap_hold,
    )


def _places(file: FileShape) -> dict[str, Place]:
    sections = {section: file.at(section) for section in file.keys_in_order}
    named = {f"{section}.{name}": file.at(section, name) for section in _PLACED for name in getattr(file, section)}
    return {**sections, **named}
