"""Whatever an export holds, the answer is a rules file that loads, or a refusal in words: never a crash."""

import json
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.adapters.moving_over import READERS, Document, read_documents
from app.service.moving_over.choosing import Choice
from app.service.moving_over.draft import draft
from app.service.moving_over.exported import System
from app.service.moving_over.findings import CannotImport
from tests.adapters.moving_over.exports import AT, imported, of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
ODD = [
    None, True, [], {}, [[]], [None], "", "0", "-1", -1, 0, 1e9, 999_999_999, 10**30, "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+14:00", "2026-11-29T09:00:00", "Mars/Olympus", "a: b # c", "null", "{x}", "'\"\\",
    "\u202e\x1b[31m", "é" * 400, {"id": "x"}, {"id": "PASHA"}, [{"id": {}}], "squad", "all", "primary", "shadow",
    "none", "user", "rotation",
]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value in a JSON value."""
    found = [path] if path else []
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return found + [place for key, below in inner for place in places(below, (*path, key))]


PLACES = [
    (system, number, place)
    for system in System
    for number, document in enumerate(of(system))
    for place in places(document.value)
]


def with_values(system: System, changes: list[tuple[int, tuple[Any, ...], Any]]) -> tuple[Document, ...]:
    documents = [Document(one.stem, json.loads(json.dumps(one.value))) for one in of(system)]
    for number, place, value in changes:
        inner: Any = documents[number].value
        try:
            for key in place[:-1]:
                inner = inner[key]
            inner[place[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change has taken the place away
    return tuple(documents)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(ODD) | JSON), min_size=1, max_size=4))
def test_odd_values_anywhere_load_or_are_refused_in_words(changes: list[tuple[Any, Any]]) -> None:
    system = changes[0][0][0]
    documents = with_values(system, [(n, place, odd) for (of_system, n, place), odd in changes if of_system is system])

    with tempfile.TemporaryDirectory() as folder, suppress(CannotImport):
        imported(Path(folder), system, documents)  # a file that our own loader refuses fails the test


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(System), JSON)
def test_json_of_any_shape_is_refused_in_words(system: System, value: Any) -> None:
    with pytest.raises(CannotImport):
        draft(READERS[system]((Document("export", value),), AT), Choice(), AT)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "is empty"),
        (b"{", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b'{"users": NaN}', "is not JSON"),
    ],
)
def test_a_file_that_is_no_json_is_named(tmp_path: Path, raw: bytes, reason: str) -> None:
    (tmp_path / "export.json").write_bytes(raw)

    with pytest.raises(CannotImport, match=f"export.json {reason}"):
        read_documents(tmp_path)


def test_a_folder_without_json_and_a_path_that_is_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(CannotImport, match=r"holds no \.json file"):
        read_documents(tmp_path)
    with pytest.raises(CannotImport, match="nothing cannot be read: No such file"):
        read_documents(tmp_path / "nothing")


@pytest.mark.parametrize("system", System)
def test_one_file_with_all_lists_is_read_like_a_folder(tmp_path: Path, system: System) -> None:
    pages = [document.value for document in of(system)]
    if system in (System.OPSGENIE, System.GRAFANA_ONCALL):  # only the names of files say what their answers hold
        pages = [{document.stem.split("-")[0]: document.value} for document in of(system)]

    whole = imported(tmp_path, system, (Document("export", pages),))

    assert set(whole.rules.rotas) == set(imported(tmp_path, system).rules.rotas)
    assert whole.who("primary", "2026-12-10 12:00") == imported(tmp_path, system).who("primary", "2026-12-10 12:00")


def test_people_cannot_take_names_that_mean_something(tmp_path: Path) -> None:
    names = ["all", "squad", "last resort", "Primary", "Primary", "null", "!!!", "名前", "x" * 300]
    people = [
        {"id": str(n), "name": name, "email": "a@b.example", "contact_methods": []} for n, name in enumerate(names)
    ]
    targets = [{"id": str(n), "type": "user_reference"} for n in range(len(names))]
    policy = {"id": "P", "name": "critical", "escalation_rules": [{"targets": targets}], "num_loops": 1}
    documents = (Document("all", {"users": people, "escalation_policies": [policy]}),)

    found = imported(tmp_path, System.PAGERDUTY, documents)

    assert [person.name for person in found.rules.people.values()] == [name[:200] for name in names]
    assert len(set(found.told()[0][1])) == len(names)
