"""From a tree to the models, saying in the file's own words what does not fit, and going on with what does."""

import re
from collections.abc import Iterator
from typing import get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from app.adapters.rules_yaml.located import Shape, place_of
from app.adapters.rules_yaml.report import Report, quoted, suggestion
from app.adapters.rules_yaml.shapes import FileShape
from app.adapters.yaml_document import Listed, Mapped, Tree
from app.domain.complaint import Complaint

Location = tuple[int | str, ...]

_EXPECTED = {
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "string_too_long": "is too long",
    "list_type": "must be a list",
    "too_short": "must name at least one",
    "dict_type": "must be a mapping",
    "model_type": "must be a mapping",
    "model_attributes_type": "must be a mapping",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
}


_ROUNDS = 8
_CUT_AT = {"policies": 3, "ladders": 2}
"""Sections in which a part makes no sense without the others, and how much of the path is left out with it."""


def read_shape(tree: Mapped, report: Report) -> FileShape | None:
    """The file as a model. What does not fit is reported and left out; None where nothing can be used."""
    good = _kept(tree, {(key,) for key, value in tree.items() if value is None})
    for attempt in range(_ROUNDS):
        try:
            return FileShape.model_validate(good)
        except ValidationError as error:
            found = error.errors(include_url=False)
        if attempt == 0:
            report.add(_complaint(good, details) for details in found)
        good = _kept(good, {_left_out(good, details) for details in found})
    return None


def _left_out(tree: Mapped, details: ErrorDetails) -> Location:
    """What to leave out so that the rest can still be checked: a wrong value, or a mapping that lacks something."""
    location = tuple(part for part in details["loc"] if part != "[key]")
    if details["type"] == "missing":
        location = location[:-1]
    return _written_part(tree, location[: _CUT_AT.get(str(location[0]))])


def _kept(tree: Mapped, bad: set[Location]) -> Mapped:
    kept = Mapped(tree.place)
    kept.places = tree.places
    for key, value in tree.items():
        if (key,) not in bad:
            kept[key] = _kept_within(value, {at[1:] for at in bad if at[:1] == (key,)})
    return kept


def _kept_within(tree: Tree, bad: set[Location]) -> Tree:
    if not bad:
        return tree
    if isinstance(tree, Mapped):
        return _kept(tree, bad)
    if isinstance(tree, Listed):
        return _kept_items(tree, bad)
    return tree


def _kept_items(tree: Listed, bad: set[Location]) -> Listed:
    kept = Listed(tree.place)
    for number, item in enumerate(tree):
        if (number,) not in bad:
            kept.append(_kept_within(item, {at[1:] for at in bad if at[:1] == (number,)}))
            kept.places.append(tree.places[number])
    return kept


def _complaint(tree: Mapped, details: ErrorDetails) -> Complaint:
    location = tuple(part for part in details["loc"] if part != "[key]")
    kind, word = details["type"], str(location[-1]) if location else ""
    if kind == "extra_forbidden":
        near = suggestion(word, _known_keys(location[:-1]))
        return Complaint(place_of(tree, location), f"unknown key {quoted(word)}{near}", _path(tree, location[:-1]))
    if kind == "missing":
        return Complaint(place_of(tree, location), f"{quoted(word)} is missing", _path(tree, location[:-1]))
    return Complaint(place_of(tree, location), _reason(details), _path(tree, location))


def _reason(details: ErrorDetails) -> str:
    kind, given = details["type"], details["input"]
    if kind in ("enum", "literal_error"):
        return _not_one_of(given, re.findall(r"'([^']*)'", details["ctx"]["expected"]))
    if kind == "value_error":
        return str(details["ctx"]["error"])
    if kind in ("greater_than_equal", "less_than_equal"):
        ends = details["ctx"]
        return f"must be {'at least' if 'ge' in ends else 'at most'} {ends.get('ge', ends.get('le'))}"
    expected = _EXPECTED.get(kind, details["msg"])
    return f"{expected}, not {_kind_of(given)}" if kind.endswith("_type") else expected


def _not_one_of(given: object, expected: list[str]) -> str:
    if not isinstance(given, str):
        return f"must be one of {', '.join(expected)}, not {_kind_of(given)}"
    return f"{quoted(given)} is not {_one_of(expected)}{suggestion(given, expected)}"


def _one_of(words: list[str]) -> str:
    return quoted(words[0]) if len(words) == 1 else f"one of {', '.join(words)}"


def _kind_of(value: object) -> str:
    match value:
        case None:
            return "empty"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case _:
            return "text"


def _path(tree: Tree, location: Location) -> str:
    """The keys of `location` with dots between, without the numbers: the line says which."""
    return ".".join(part for part in _written_part(tree, location) if isinstance(part, str))


def _written_part(tree: Tree, location: Location) -> Location:
    """`location` without the parts that the models add to it and the file does not have."""
    found: list[int | str] = []
    for part in location:
        if isinstance(tree, Mapped) and part in tree:
            tree = tree[str(part)]
        elif isinstance(tree, Listed) and isinstance(part, int) and part < len(tree):
            tree = tree[part]
        else:
            continue
        found.append(part)
    return tuple(found)


def _known_keys(location: Location) -> set[str]:
    """The keys that the mapping at `location` may have, found by walking the models along it."""
    models: list[type[Shape]] = [FileShape]
    for part in location:
        below = [
            shape
            for model in models
            if part in model.model_fields
            for shape in _shapes_in(model.model_fields[str(part)].annotation)
        ]
        models = below or models
    return {key for model in models for key in model.model_fields}


def _shapes_in(annotation: object) -> Iterator[type[Shape]]:
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        yield annotation
    for part in get_args(annotation):
        yield from _shapes_in(part)
