"""Named instances of the known source types: what each tool's words mean here."""

import re
from collections.abc import Mapping
from dataclasses import replace

from app.adapters.rules_yaml.heartbeats import BUILT_IN
from app.adapters.rules_yaml.report import Report, quoted, suggestion
from app.adapters.rules_yaml.shapes import FileShape, SourceShape
from app.adapters.yaml_document import as_plain
from app.domain.classify import Severity, SourceSettings

KnownTypes = Mapping[str, Mapping[str, Severity]]


def build_sources(file: FileShape, known: KnownTypes, report: Report) -> dict[str, SourceSettings]:
    """The file's instances, and every known type under its own name unless the file uses that name itself; and the one
    that alerts about heartbeats come from."""
    plain = {name: SourceSettings(name, name, severities) for name, severities in known.items()}
    plain[BUILT_IN.name] = BUILT_IN
    named = {name: _source(name, shape, known, report) for name, shape in file.sources.items()}
    _refuse_shared_secrets(file, report)
    return {**plain, **named}


def _source(name: str, shape: SourceShape, known: KnownTypes, report: Report) -> SourceSettings:
    type_ = shape.type or name
    if BUILT_IN.type in (type_, name):
        return _heartbeats(name, type_, shape, report)
    if type_ not in known:
        reason = (
            f"source type {quoted(type_)} is not known{suggestion(type_, known)}; known are {', '.join(sorted(known))}"
        )
        report.refuse(shape.at("type"), reason, f"sources.{name}")
    own = {word.strip().lower(): severity for word, severity in shape.severities.items()}
    return SourceSettings(
        name=name,
        type=type_,
        severities={**known.get(type_, {}), **own},
        on_missing_runbook=shape.on_missing_runbook,
        acknowledge=shape.acknowledge,
        mode=shape.mode,
        rate_limit=shape.rate_limit,
        options=_options(shape),
    )


def _heartbeats(name: str, type_: str, shape: SourceShape, report: Report) -> SourceSettings:
    """Their own words for severities are ours, and only what becomes of them can be set."""
    if name != type_:
        reason = f"{quoted(BUILT_IN.name)} is the one source of its type, and of its name"
        report.refuse(shape.at("type"), reason, f"sources.{name}")
    for key in shape.keys_in_order:
        if key not in ("type", "on_missing_runbook"):
            report.refuse(shape.at(key), "cannot be set for heartbeats", f"sources.{name}.{key}")
    return replace(BUILT_IN, on_missing_runbook=shape.on_missing_runbook)


def _options(shape: SourceShape) -> dict[str, object] | None:
    options = {key: as_plain(value) for key, value in shape.options.items()}
    if shape.mapping is not None:
        options["mapping"] = as_plain(shape.mapping)
    return options or None


def _refuse_shared_secrets(file: FileShape, report: Report) -> None:
    """The secret of an instance is in ONCALL_SOURCE_<NAME>_SECRET, where `-`, `.` and `_` look the same."""
    seen: dict[str, str] = {}
    for name, shape in file.sources.items():
        in_capitals = re.sub(r"\W", "_", name).upper()
        if in_capitals in seen:
            reason = f'its secret would be ONCALL_SOURCE_{in_capitals}_SECRET, as that of "{seen[in_capitals]}" is'
            report.refuse(shape.at(), reason, f"sources.{name}")
        seen[in_capitals] = name
