"""The JSON of an export, from one file or a folder of them, taken apart into records whatever envelopes it came in."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import jiter

from app.adapters.moving_over.reading import word
from app.service.moving_over.findings import CannotImport, Finding, left_out

MOST_BYTES = 50_000_000
MOST_FILES = 5_000
WITHOUT_ID = frozenset({"overrides", "on_calls", "members"})
"""Kinds that are told apart by what they belong to."""

_DEEPEST = 6
_BOM = b"\xef\xbb\xbf"
_ENVELOPES = ("data", "results", "nodes")


@dataclass(frozen=True, slots=True)
class Document:
    """One file's JSON; `stem` is its name without `.json`."""

    stem: str
    value: object


@dataclass(frozen=True, slots=True)
class Record:
    """One thing of an export; `kind` is what its envelope or file says that it is, empty where neither does."""

    kind: str
    fields: Mapping[str, object]
    stem: str


@dataclass(slots=True)
class Records:
    """All records of an export, and the kinds of which some page says that another follows, but none is the last."""

    found: list[Record] = field(default_factory=list)
    _pages: dict[str, set[bool]] = field(default_factory=dict)

    def add_page(self, kind: str, has_more: bool) -> None:
        self._pages.setdefault(kind, set()).add(has_more)

    @property
    def cut_short(self) -> tuple[Finding, ...]:
        todo = "follow the pages to the last one, and import again"
        return tuple(
            left_out(kind.replace("_", " "), "the export holds some pages only, and not the last one", todo)
            for kind, seen in self._pages.items()
            if kind and seen == {True}
        )


def read_documents(path: Path) -> tuple[Document, ...]:
    """Raises `CannotImport` where there is nothing to read, or something is no JSON."""
    try:
        files = sorted(path.glob("*.json")) if path.is_dir() else [path]
        if not files:
            raise CannotImport(f"{path} holds no .json file: the export goes there (docs/moving-over.md)")
        if len(files) > MOST_FILES:
            raise CannotImport(f"{path} holds more than {MOST_FILES:,} files")
        return tuple(Document(file.stem, _parse(file)) for file in files)
    except OSError as error:
        raise CannotImport(f"{path} cannot be read: {error.strerror}") from None


def _parse(file: Path) -> object:
    with file.open("rb") as opened:
        raw = opened.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise CannotImport(f"{file} is larger than {MOST_BYTES:,} bytes")
    try:
        value: object = jiter.from_json(raw.removeprefix(_BOM), allow_inf_nan=False)
    except ValueError as error:
        what = "is empty" if not raw.strip() else f"is not JSON: {error}"
        raise CannotImport(f"{file} {what}; fetch it again") from None
    return value


def records(documents: tuple[Document, ...], kinds: Mapping[str, str]) -> Records:
    """Every object that is no envelope. `kinds` are the names under which lists stand, and what is in them."""
    gathered = Records()
    for document in documents:
        stem = document.stem.replace("-", "_").lower()
        hint = next((kind for name, kind in kinds.items() if stem.startswith(name.lower())), "")
        pages = document.value if isinstance(document.value, list) else [document.value]
        for page in pages:
            for kind, fields in _within(page, hint, kinds, gathered, 0):
                gathered.found.append(Record(kind, fields, document.stem))
    return gathered


def _within(
    value: object, kind: str, kinds: Mapping[str, str], gathered: Records, depth: int
) -> Iterator[tuple[str, Mapping[str, object]]]:
    """What a page holds: in the lists of its envelopes, each object is a record, whatever it looks like."""
    if isinstance(value, list):
        yield from ((kind, one) for one in value if isinstance(one, dict))
    elif isinstance(value, dict) and depth < _DEEPEST:
        inner = {} if "id" in value else _inner(value, kinds)
        if not inner:
            yield kind, value
            return
        for name, below in inner.items():
            if isinstance(below, list):
                gathered.add_page(kinds.get(name, kind), _has_more(value))
            yield from _within(below, kinds.get(name, kind), kinds, gathered, depth + 1)


def _inner(value: Mapping[str, object], kinds: Mapping[str, str]) -> dict[str, object]:
    """What an envelope holds; nothing where it is none."""
    return {
        name: below
        for name, below in value.items()
        if (name in kinds or name in _ENVELOPES) and isinstance(below, list | dict)
    }


def _has_more(envelope: Mapping[str, object]) -> bool:
    """Whether a page says that another follows, as any of the systems says it."""
    paging, info = envelope.get("paging"), envelope.get("pageInfo")
    return (
        envelope.get("more") is True
        or isinstance(envelope.get("next"), str)
        or (isinstance(paging, dict) and isinstance(paging.get("next"), str))
        or (isinstance(info, dict) and info.get("hasNextPage") is True)
    )


def grouped(gathered: Records, kind_of: Callable[[Record], str], notes: list[Finding]) -> dict[str, list[Record]]:
    """The records by kind. What is of no kind, or of a kind that has ids and without one, is noted."""
    found: dict[str, list[Record]] = {}
    strange = 0
    for record in gathered.found:
        kind = kind_of(record)
        if kind and (kind in WITHOUT_ID or word(record.fields, "id")):
            found.setdefault(kind, []).append(record)
        else:
            strange += 1
    if strange:
        reason = f"{strange} {'object is' if strange == 1 else 'objects are'} of no kind that is known"
        notes.append(left_out("other records", reason, "see docs/moving-over.md for what an export should hold"))
    return found
