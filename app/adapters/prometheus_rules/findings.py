"""Collecting what is wrong with a rule file, and the forms of value that its keys may have."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from app.adapters.yaml_document import Listed, Mapped, Scalar, Tree
from app.domain.complaint import Complaint, Place, nearest, quoted, suggestion
from app.service.problem import Problem, Weight

_DURATION = re.compile(r"0|(\d+y)?(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?")


@dataclass(slots=True)
class Findings:
    """What was found so far in one file."""

    problems: list[Problem] = field(default_factory=list)

    def refuse(self, place: Place, reason: str, key: str) -> None:
        self.problems.append(Problem(Complaint(place, reason, key)))

    def unknown_keys(self, tree: Mapped, known: Iterable[str], key: str) -> frozenset[str]:
        """Report keys of `tree` that are not `known`, and return those that were probably meant by them.

        A key that is near no known one may be of a dialect that we do not know, so that is only a warning.
        """
        meant: set[str] = set()
        for name in tree:
            if name in known:
                continue
            near = nearest(name, known)
            reason = f"Prometheus knows no key {quoted(name)}{suggestion(name, known)}"
            weight = Weight.ERROR if near else Weight.WARNING
            self.problems.append(Problem(Complaint(tree.places[name], reason, key), weight))
            meant.add(near)
        return frozenset(meant - {""})

    def mapping(self, value: Tree, place: Place, key: str) -> Mapped | None:
        if isinstance(value, Mapped):
            return value
        self.refuse(place, f"must be a mapping, not {kind_of(value)}", key)
        return None

    def items(self, value: Tree, place: Place, key: str) -> list[tuple[Tree, Place]]:
        """The items of a list; nothing at all is an empty one."""
        if isinstance(value, Listed):
            return list(zip(value, value.places, strict=True))
        if value is not None:
            self.refuse(place, f"must be a list, not {kind_of(value)}", key)
        return []

    def text(self, tree: Mapped, name: str, key: str) -> str:
        """The text of a key that must be there; empty, and reported, when it is not."""
        if name not in tree:
            self.refuse(tree.place, f"{quoted(name)} is missing", key)
            return ""
        value = tree[name]
        if not isinstance(value, Scalar) or not value.strip():
            self.refuse(tree.places[name], f"must be text, not {kind_of(value)}", f"{key}.{name}")
            return ""
        return str(value)

    def durations(self, tree: Mapped, names: Iterable[str], key: str) -> None:
        """Report each of the keys whose value is no duration in Prometheus' form."""
        for name in names:
            value = tree.get(name)
            if name in tree and not (isinstance(value, Scalar) and value and _DURATION.fullmatch(value)):
                shown = quoted(value) if isinstance(value, Scalar) else kind_of(value)
                self.refuse(tree.places[name], f"{shown} is no duration; write it as 90s, 5m or 1h30m", f"{key}.{name}")


def kind_of(value: Tree) -> str:
    match value:
        case None:
            return "empty"
        case Mapped():
            return "a mapping (put a template in quotes)"
        case Listed():
            return "a list"
        case _:
            return "text" if value.strip() else "empty"
