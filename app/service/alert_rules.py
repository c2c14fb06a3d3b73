"""Alerting rules of Prometheus as somebody wrote them, with the line of every key that can be wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.complaint import Place
from app.service.problem import Problem


@dataclass(frozen=True, slots=True)
class AlertRule:
    """One alerting rule; its group's labels are among its own. `key` is its dotted path, such as "groups.rules".

    `places` says where keys below it are written, such as "labels.squad".
    """

    name: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    key: str
    place: Place
    places: Mapping[str, Place] = field(default_factory=dict)

    def at(self, key: str) -> Place:
        """Where `key` is written; for one that is not, where the rule is."""
        return self.places.get(key, self.place)


@dataclass(frozen=True, slots=True)
class RuleFile:
    """What one file holds. `passed_over` says why it is not looked at, if it is not; `is_unread`: it could not be."""

    file: str
    rules: tuple[AlertRule, ...] = ()
    problems: tuple[Problem, ...] = ()
    passed_over: str = ""
    is_unread: bool = False
