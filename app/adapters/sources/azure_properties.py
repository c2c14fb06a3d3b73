"""What Azure Monitor's schemas have in common: conditions, the path of a resource, and the user's own properties."""

from collections.abc import Iterable, Iterator

from app.adapters.sources.fields import (
    Fields,
    distinct,
    fields,
    first_word,
    flat,
    items,
    text,
    without_blanks,
    word,
)
from app.adapters.sources.named_runbooks import named_runbooks

_PATH = {"subscriptions": "subscription", "resourcegroups": "resource_group"}
"""Segments of a resource's path that are followed by a name, and what it is to us."""


def measured(condition: Fields) -> Iterator[str]:
    """A line for each thing that was measured: what, against which threshold, and how much it was."""
    for one in map(fields, items(condition.get("allOf"))) if "allOf" in condition else (condition,):
        what = first_word(one, "metricName", "metricMeasureColumn", "searchQuery")
        against = " ".join(filter(None, (word(one.get("operator")), word(one.get("threshold")))))
        value = word(one.get("metricValue"))
        if what:
            yield " ".join(filter(None, (what, against))) + (f": {value}" if value else "")


def labels_of(resource: str, condition: Fields, properties: Iterable[object], own: dict[str, str]) -> dict[str, str]:
    """The user's properties, the dimensions and where the resource lies; `own` is what the alert says of itself."""
    found: dict[str, str] = {}
    for one in properties:
        found |= {name.lower(): value for name, value in flat(one).items()}
    for one in items(condition.get("allOf")):
        for dimension in map(fields, items(fields(one).get("dimensions"))):
            found[word(dimension.get("name")).lower()] = text(dimension.get("value"))
    found |= dict(_parts(resource))
    return {name: value for name, value in without_blanks({**found, **own}).items() if name}


def runbooks_of(about: str, properties: Iterable[object]) -> tuple[str, ...]:
    """From the user's properties, however they are spelled, then from the rule's description."""
    named = [found for one in properties for found in named_runbooks(flat(one))]
    return distinct([*named, *named_runbooks({}, about)])


def _parts(resource: str) -> Iterator[tuple[str, str]]:
    segments = resource.strip("/").split("/")
    for name, value in zip(segments[::2], segments[1::2], strict=False):
        if name.lower() in _PATH:
            yield _PATH[name.lower()], value
