"""The texts that make up the rules: the file itself and, where it names one, the people's own file."""

from dataclasses import dataclass
from pathlib import Path

from app.adapters.rules_yaml.report import Report
from app.adapters.yaml_document import MAX_BYTES, Mapped, Scalar, Tree, UnreadableYaml, read_yaml
from app.domain.complaint import Complaint, Place
from app.domain.errors import InvalidRules, UnreadRules

_PEOPLE = "people"
_PEOPLE_FILE = "people_file"
_KEPT = "the version that was kept"
_BEGINS_PEOPLE = b"\n--- # people_file\n"
"""Stands in a kept text between the file and the people's own: no file can hold two documents itself."""


@dataclass(frozen=True, slots=True)
class Written:
    """The whole as one tree, the texts of which it was read (`kept_texts` reads them again), and the files that hold
    them."""

    tree: Mapped
    text: str
    files: tuple[str, ...]


def read_texts(path: Path, report: Report) -> Written:
    """Raises `UnreadRules` without a file, `InvalidRules` where it is of no use at all; lesser trouble is reported."""
    try:
        raw = _read(path)
        tree, complaints = read_yaml(raw, path.name)
    except OSError as error:
        raise UnreadRules((Complaint(Place(path.name), f"cannot be read: {error.strerror}"),)) from None
    except UnreadableYaml as error:
        raise InvalidRules((error.complaint,)) from None
    report.add(complaints)
    root = _mapping(tree, path.name)
    files = [path]
    if isinstance(root.get(_PEOPLE_FILE), Scalar):
        files.append(path.parent / str(root[_PEOPLE_FILE]))
        people = _people_text(root, files[-1], report)
        _add_people(root, people, str(root[_PEOPLE_FILE]), report)
        raw += _BEGINS_PEOPLE + people
    return Written(root, raw.decode("utf-8", "replace"), tuple(map(str, files)))


def kept_texts(text: str, report: Report) -> Written:
    """The same from the `text` of an earlier reading. Raises `InvalidRules`."""
    raw, _, people = text.encode().partition(_BEGINS_PEOPLE)
    try:
        tree, complaints = read_yaml(raw, _KEPT)
    except UnreadableYaml as error:
        raise InvalidRules((error.complaint,)) from None
    report.add(complaints)
    root = _mapping(tree, _KEPT)
    if isinstance(root.get(_PEOPLE_FILE), Scalar):
        _add_people(root, people, str(root[_PEOPLE_FILE]), report)
    return Written(root, text, ())


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _mapping(tree: Tree, name: str) -> Mapped:
    if tree is None:
        raise InvalidRules((Complaint(Place(name, 1), 'is empty; a file begins with "version: 1"'),))
    if not isinstance(tree, Mapped):
        raise InvalidRules((Complaint(Place(name, 1), 'must be a mapping that begins with "version: 1"'),))
    return tree


def _people_text(root: Mapped, path: Path, report: Report) -> bytes:
    try:
        return _read(path)
    except OSError as error:
        reason = f"{root[_PEOPLE_FILE]} cannot be read: {error.strerror}"
        report.refuse(root.places[_PEOPLE_FILE], reason, _PEOPLE_FILE)
        raise InvalidRules(report.problems) from None


def _add_people(root: Mapped, raw: bytes, name: str, report: Report) -> None:
    """Put the people of that text beside those of the file. They stand at its top level or under `people:`."""
    try:
        tree, complaints = read_yaml(raw, name)
    except UnreadableYaml as error:
        report.add((error.complaint,))
        raise InvalidRules(report.problems) from None
    report.add(complaints)
    if isinstance(tree, Mapped) and set(tree) == {_PEOPLE}:
        tree = tree[_PEOPLE]
    if not isinstance(tree, Mapped):
        report.refuse(Place(name, 1), "must be a mapping of person ids to people")
        raise InvalidRules(report.problems)
    _join(root, tree, report)


def _join(root: Mapped, people: Mapped, report: Report) -> None:
    here = root.get(_PEOPLE)
    joined = Mapped(root.places.get(_PEOPLE, people.place))
    for section in (here, people) if isinstance(here, Mapped) else (people,):
        for id, person in section.items():
            if id in joined:
                report.refuse(section.places[id], f'person "{id}" is already in {joined.places[id]}')
            joined[id], joined.places[id] = person, section.places[id]
    if here is None or isinstance(here, Mapped):
        root[_PEOPLE] = joined
        root.places.setdefault(_PEOPLE, people.place)
