"""Reading a YAML text into a tree in which every value still knows its line.

Scalars stay text: what a text means is decided by the field that holds it, so a phone number keeps its plus, 22:30
stays a time and `no` a country. Reported here are the things that a YAML reader is usually silent about: a key given
twice, a tag, an alias that unfolds without end.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml import events as said
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from app.domain.complaint import Complaint, Place

MAX_BYTES = 5_000_000
MAX_DEPTH = 40
MAX_VALUES = 250_000
"""How many values a text may hold, each alias counted with all that it stands for."""

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_CORE_TAGS = frozenset({None, "!", *(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null"))})


class Scalar(str):
    """A text; `plain` says that it is written without quotes."""

    plain: bool = False


class Mapped(dict[str, "Tree"]):
    """A mapping; `places` says where each key is written."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.places: dict[str, Place] = {}


class Listed(list["Tree"]):
    """A list; `places` says where each item is written."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.places: list[Place] = []


Tree = Mapped | Listed | Scalar | None


class UnreadableYaml(Exception):
    """The text is no YAML that can be used at all."""

    def __init__(self, place: Place, reason: str) -> None:
        self.complaint = Complaint(place, reason)
        super().__init__(str(self.complaint))


def read_yaml(raw: bytes, file: str, first_line: int = 1) -> tuple[Tree, tuple[Complaint, ...]]:
    """The tree of the only document in `raw` and what is wrong with it; raises `UnreadableYaml` when it has none.

    `first_line` is the line number of the first line of `raw`, where it is a part of a larger file.
    """
    trees, complaints = _read(raw, file, first_line, alone=True)
    return trees[0] if trees else None, complaints


def read_yaml_documents(raw: bytes, file: str) -> tuple[tuple[Tree, ...], tuple[Complaint, ...]]:
    """The trees of all documents in `raw` and what is wrong with them; raises `UnreadableYaml`."""
    return _read(raw, file, 1, alone=False)


def _read(raw: bytes, file: str, first_line: int, alone: bool) -> tuple[tuple[Tree, ...], tuple[Complaint, ...]]:
    text = _decode(raw, file, first_line)
    builder = _Builder(file, first_line)
    try:
        trees = tuple(builder.documents(iter(YAML(typ="safe", pure=True).parse(text)), alone))
        return trees, tuple(builder.complaints)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, first_line + (mark.line if mark else 0))
        raise UnreadableYaml(place, f"this is not YAML: {_in_words(error)}") from None
    except YAMLError as error:
        place = Place(file, first_line + text.count("\n", 0, getattr(error, "position", 0)))
        raise UnreadableYaml(place, "this is not YAML: it holds a control character") from None
    except ValueError as error:  # ruamel's own readers of versions and escapes let these out
        raise UnreadableYaml(Place(file, first_line), f"this is not YAML: {error}") from None


def as_plain(tree: object) -> object:
    """`tree` as ordinary values: numbers, true and false where they are written without quotes."""
    match tree:
        case Mapped():
            return {key: as_plain(value) for key, value in tree.items()}
        case Listed():
            return [as_plain(value) for value in tree]
        case Scalar(plain=True):
            return _typed(str(tree))
        case Scalar():
            return str(tree)
        case _:
            return tree


def _typed(text: str) -> str | int | float | bool:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if re.fullmatch(r"[-+]?(0|[1-9][0-9]{0,17})", text):
        return int(text)
    if re.fullmatch(r"[-+]?[0-9]+\.[0-9]+([eE][-+]?[0-9]{1,2})?", text):
        return float(text)
    return text


def _decode(raw: bytes, file: str, first_line: int) -> str:
    if len(raw) > MAX_BYTES:
        raise UnreadableYaml(Place(file, first_line), f"this file is larger than {MAX_BYTES:,} bytes")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = first_line + raw.count(b"\n", 0, error.start)
        raise UnreadableYaml(Place(file, line), "this is not UTF-8 text; save the file as UTF-8") from None


def _in_words(error: MarkedYAMLError) -> str:
    said_so = " ".join(str(error.problem or error.context).split())
    return f"{said_so} (indent with spaces, not tabs)" if r"'\t'" in said_so else said_so


@dataclass
class _Anchor:
    tree: Tree
    weight: int
    is_open: bool


@dataclass
class _Builder:
    """Folds the parser's events into a tree, by hand and not by ruamel's composer: it bounds depth and aliases."""

    file: str
    first_line: int
    complaints: list[Complaint] = field(default_factory=list)
    anchors: dict[str, _Anchor] = field(default_factory=dict)
    values: int = 0
    depth: int = 0

    def documents(self, events: Iterator[said.Event], alone: bool) -> Iterator[Tree]:
        """Each document; `alone`: there must be no second one."""
        begun = False
        for event in events:
            if isinstance(event, said.DocumentStartEvent):
                if begun and alone:
                    raise UnreadableYaml(self._place(event), "a second document begins here; one file holds one")
                begun = True
                self.anchors.clear()
                yield self._value(next(events), events)

    def _value(self, event: said.Event, events: Iterator[said.Event]) -> Tree:
        if isinstance(event, said.AliasEvent):
            return self._alias(event)
        if not isinstance(event, said.ScalarEvent | said.CollectionStartEvent):
            raise UnreadableYaml(self._place(event), "this is not YAML: a value is missing")
        self._count(1, event)
        if event.tag not in _CORE_TAGS:
            self._complain(event, f"the tag {event.tag} is not understood here")
        before = self.values
        anchor = self._anchor(event)
        tree = _scalar(event) if isinstance(event, said.ScalarEvent) else self._collection(event, events)
        if anchor:
            anchor.tree, anchor.weight, anchor.is_open = tree, self.values - before + 1, False
        return tree

    def _anchor(self, event: said.NodeEvent) -> _Anchor | None:
        if event.anchor is None:
            return None
        self.anchors[event.anchor] = _Anchor(None, 0, True)
        return self.anchors[event.anchor]

    def _alias(self, event: said.AliasEvent) -> Tree:
        found = self.anchors.get(event.anchor)
        if found is None:
            raise UnreadableYaml(self._place(event), f"*{event.anchor} has no &{event.anchor} above it")
        if found.is_open:
            raise UnreadableYaml(self._place(event), f"*{event.anchor} holds itself")
        self._count(found.weight, event)
        return found.tree

    def _count(self, weight: int, event: said.Event) -> None:
        self.values += weight
        if self.values > MAX_VALUES:
            raise UnreadableYaml(self._place(event), f"with all aliases unfolded, more than {MAX_VALUES:,} values")

    def _collection(self, event: said.CollectionStartEvent, events: Iterator[said.Event]) -> Mapped | Listed:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise UnreadableYaml(self._place(event), f"values are nested more than {MAX_DEPTH} deep")
        found = self._list(event, events) if isinstance(event, said.SequenceStartEvent) else self._map(event, events)
        self.depth -= 1
        return found

    def _list(self, event: said.Event, events: Iterator[said.Event]) -> Listed:
        found = Listed(self._place(event))
        for item in events:
            if isinstance(item, said.SequenceEndEvent):
                break
            found.places.append(self._place(item))
            found.append(self._value(item, events))
        return found

    def _map(self, event: said.Event, events: Iterator[said.Event]) -> Mapped:
        found = Mapped(self._place(event))
        merged: list[Tree] = []
        for key in events:
            if isinstance(key, said.MappingEndEvent):
                break
            self._value(key, events)
            value = self._value(next(events), events)
            if not isinstance(key, said.ScalarEvent):
                self._complain(key, "a key must be a plain word")
            elif key.value == "<<" and key.style is None:
                merged.extend(value if isinstance(value, Listed) else [value])
            elif key.value in found:
                self._complain(key, f'the key "{key.value}" is already in line {found.places[key.value].line}')
            else:
                found[key.value] = value
                found.places[key.value] = self._place(key)
        self._merge(found, merged, event)
        return found

    def _merge(self, into: Mapped, merged: list[Tree], event: said.Event) -> None:
        for source in merged:
            if not isinstance(source, Mapped):
                self._complain(event, "<< takes a mapping, or a list of them")
                continue
            for key, value in source.items():
                if key not in into:
                    into[key], into.places[key] = value, source.places[key]

    def _complain(self, event: said.Event, reason: str) -> None:
        self.complaints.append(Complaint(self._place(event), reason))

    def _place(self, event: said.Event) -> Place:
        return Place(self.file, self.first_line + event.start_mark.line)


def _scalar(event: said.ScalarEvent) -> Scalar | None:
    plain = event.style is None and event.tag in (None, "!")
    if plain and event.value in _NULLS:
        return None
    found = Scalar(event.value)
    found.plain = plain
    return found
