"""An alert: one report from a source, in the one shape that everything after the source understands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain.replacing import quick


class AlertStatus(StrEnum):
    FIRING = "firing"
    RESOLVED = "resolved"
    ACKNOWLEDGED = "acknowledged"


@dataclass(frozen=True, slots=True)
class Link:
    """A place a reader may want to open; `text` says what it is."""

    href: str
    text: str = ""


@quick
@dataclass(frozen=True, slots=True)
class Alert:
    """One report about one thing.

    `dedup_key` is what the sender calls the same thing (unique within `source`, the instance name);
    `group_key` is the sender's own group, empty where it has none. `runbooks` are the alert's own references in
    order of preference: names or http(s) URLs. Times are aware UTC. `raw` is the sender's own JSON text of this alert,
    kept whole. `flags` are remarks for the reader, such as how many alerts the sender left out.
    """

    source: str
    source_type: str
    dedup_key: str
    status: AlertStatus
    title: str
    description: str = ""
    severity: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    runbooks: tuple[str, ...] = ()
    group_key: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    flags: tuple[str, ...] = ()
    raw: str = ""

    def value(self, name: str) -> str:
        """What a matcher sees under `name`: our own fields, then labels, then annotations; else the empty string."""
        if name == "source":
            return self.source
        if name == "source_type":
            return self.source_type
        found = self.labels.get(name)
        if found is None:
            found = self.annotations.get(name)
        if found is not None:
            return found
        match name:
            case "severity":
                return self.severity
            case "title":
                return self.title
            case "description":
                return self.description
            case "dedup_key":
                return self.dedup_key
            case "group_key":
                return self.group_key
            case _:
                return ""
