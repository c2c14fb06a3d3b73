"""Heartbeats of the file."""

from datetime import timedelta

from app.adapters.rules_yaml.names import Names
from app.adapters.rules_yaml.report import Report
from app.adapters.rules_yaml.shapes import FileShape, HeartbeatShape
from app.domain.classify import Severity, SourceSettings
from app.domain.heartbeat import SOURCE, Heartbeat

_SHORTEST = timedelta(seconds=10)

BUILT_IN = SourceSettings(SOURCE, SOURCE, {severity.value: severity for severity in Severity})
"""The source that their alerts come from; the file may change its settings under `sources`."""


def build_heartbeats(file: FileShape, names: Names, report: Report) -> dict[str, Heartbeat]:
    return {name: _heartbeat(name, shape, names, report) for name, shape in file.heartbeats.items()}


def _heartbeat(name: str, shape: HeartbeatShape, names: Names, report: Report) -> Heartbeat:
    names.check("squads", shape.squad, shape.at("squad"))
    if shape.every < _SHORTEST:
        report.refuse(shape.at("every"), "must be at least 10 seconds", f"heartbeats.{name}.every")
    return Heartbeat(
        name=name,
        every=shape.every,
        grace=shape.grace,
        severity=shape.severity,
        squad=shape.squad or "",
        runbook=shape.runbook or "",
        title=shape.title or "",
    )
