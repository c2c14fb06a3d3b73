"""Reads bodies made from users' templates: each spells, nests and fills in the same fields in a way of its own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.adapters.sources.fields import Fields, instant, items, link, text, word, words
from app.domain.alert import Link

LONGEST_ANNOTATION = 500
"""Characters; longer texts are the description, and stand in the raw copy."""

_SEPARATORS = re.compile(r"[\W_]+")
_UNFILLED = re.compile(r"\*\w+\*|\{\$[^{}]*\}|\{[A-Z][\w.]*\}|\{\{[^{}]*\}\}|\$[\w.]+\$|\$[A-Z_]\w*|\$\{\w+\}")
"""Variables that stayed as they were: UptimeRobot, Zabbix (two kinds), Mustache and Handlebars, Nagios and Icinga,
Datadog and Healthchecks."""

_NOTHING = ("", "null", "[]")
_MOST_NAMED = 5
_OWN_NAMES = ("title", "description", "dedup_key", "group_key", "source", "source_type")


@dataclass(frozen=True, slots=True)
class Plain:
    """What a body says, each value under its whole path as one plain name.

    `values` are the scalars, and lists as JSON text; `nested` are the objects and lists themselves; `unfilled` are
    variables that the tool left, by path.
    """

    values: Mapping[str, str]
    unfilled: Mapping[str, str] = field(default_factory=dict)
    nested: Mapping[str, object] = field(default_factory=dict)

    def first(self, *names: str) -> str:
        """The first of these fields that says something."""
        return next((found for name in names if (found := self.values.get(name))), "")

    def each(self, *names: str) -> list[str]:
        """All that these fields say; of a list every scalar."""
        return [
            found
            for name in names
            for found in (words(items(self.nested[name])) if name in self.nested else words(self.values.get(name)))
        ]

    def instant(self, *names: str) -> datetime | None:
        """The first of these fields that holds a time."""
        return next((at for name in names if (at := instant(self.values.get(name)))), None)

    def renamed(self, names: Mapping[str, str]) -> dict[str, str]:
        """Those of these fields that say something, under our name for each; a list with commas between.

        Of several with one name of ours the first counts.
        """
        found: dict[str, str] = {}
        for theirs, ours in names.items():
            if said := ", ".join(self.each(theirs)):
                found.setdefault(ours, said)
        return found

    def links(self, names: Mapping[str, str]) -> tuple[Link, ...]:
        """The addresses in these fields, each once; `names` says what each is."""
        found = [one for name, what in names.items() for one in link(self.first(name), what)]
        return tuple({one.href: one for one in reversed(found)}.values())[::-1]

    @property
    def whole(self) -> dict[str, object]:
        """All there is, lists and objects as they came."""
        return {**self.values, **self.nested}

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
    """All that a body says under plain names. Of two with the same plain name the first that says something counts.

    Blank values, a written-out null and unfilled variables are left out.
    """
    values: dict[str, str] = {}
    unfilled: dict[str, str] = {}
    nested: dict[str, object] = {}
    _collect(sent, "", values, unfilled, nested)
    return Plain(values, unfilled, nested)


def annotations(sent: Fields) -> dict[str, str]:
    """What a template's user may have added for rules to match on: the short scalars on its first level, as named.

    Left out are names that would hide what the alert itself says to a matcher.
    """
    said = {name: word(value) for name, value in sent.items() if name.strip() and name not in _OWN_NAMES}
    return {
        name: value
        for name, value in said.items()
        if value and len(value) <= LONGEST_ANNOTATION and not _UNFILLED.fullmatch(value)
    }


def _collect(
    sent: object, path: str, values: dict[str, str], unfilled: dict[str, str], nested: dict[str, object]
) -> None:
    if isinstance(sent, dict | list) and sent:
        nested.setdefault(plain_name(path), sent)
    if isinstance(sent, dict):
        for name, value in sent.items():
            _collect(value, f"{path}.{name}" if path else name, values, unfilled, nested)
        return
    found = text(sent).strip()
    if _UNFILLED.fullmatch(found):
        unfilled[path] = found
    elif found not in _NOTHING:
        values.setdefault(plain_name(path), found)
