"""Reads bodies made from users' templates: each spells, nests and fills in the same fields in a way of its own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.adapters.sources.fields import Fields, text, word

UNNAMED = "nothing in it names what it is about: compare your template with docs/sources.md"

_SEPARATORS = re.compile(r"[\W_]+")
_UNFILLED = re.compile(r"\*\w+\*|\{\$[^{}]*\}|\{[A-Z][\w.]*\}|\{\{[^{}]*\}\}|\$[\w.]+\$|\$[A-Z_]+\d*")
"""Variables that stayed as they were: UptimeRobot, Zabbix (two kinds), Mustache, Nagios and Icinga, Healthchecks."""

_MOST_NAMED = 5
_LONGEST_ANNOTATION = 500


@dataclass(frozen=True, slots=True)
class Plain:
    """The scalars of a body under plain names. `unfilled` are variables that the tool left, by path."""

    values: Mapping[str, str]
    unfilled: Mapping[str, str] = field(default_factory=dict)

    def first(self, *names: str) -> str:
        """The first of these fields that says something."""
        return next((found for name in names if (found := self.values.get(name))), "")

    @property
    def flags(self) -> tuple[str, ...]:
        if not self.unfilled:
            return ()
        more = len(self.unfilled) - _MOST_NAMED
        named = ", ".join(list(self.unfilled)[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
        return (f"the tool did not fill in: {named}",)

    def is_unfilled(self, *starts: str) -> bool:
        """Whether one of these variables was left, which shows that nothing at all was filled in."""
        return any(value.startswith(starts) for value in self.unfilled.values())


def plain_name(name: str) -> str:
    """`host.name`, `HOST_NAME` and `hostName` are all `hostname`."""
    return _SEPARATORS.sub("", name).lower()


def plain(sent: object) -> Plain:
    """All scalars in nested objects, each under its whole path as one plain name; lists as JSON text.

    Of two with the same plain name the first counts. Blank ones and unfilled variables are left out.
    """
    values: dict[str, str] = {}
    unfilled: dict[str, str] = {}
    _collect(sent, "", values, unfilled)
    return Plain(values, unfilled)


def annotations(sent: Fields) -> dict[str, str]:
    """What a template's user may have added for rules to match on: the short scalars on its first level, as named."""
    said = {name: word(value) for name, value in sent.items() if name.strip()}
    return {
        name: value
        for name, value in said.items()
        if value and len(value) <= _LONGEST_ANNOTATION and not _UNFILLED.fullmatch(value)
    }


def _collect(sent: object, path: str, values: dict[str, str], unfilled: dict[str, str]) -> None:
    if isinstance(sent, dict):
        for name, value in sent.items():
            _collect(value, f"{path}.{name}" if path else name, values, unfilled)
        return
    found = text(sent).strip()
    if _UNFILLED.fullmatch(found):
        unfilled[path] = found
    elif found:
        values.setdefault(plain_name(path), found)
