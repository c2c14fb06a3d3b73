"""Reading YAML: lines, what is refused, and that nothing hostile takes the reader down."""

import pytest

from app.adapters.yaml_document import Mapped, Tree, UnreadableYaml, as_plain, read_yaml, read_yaml_documents
from app.domain.complaint import Place


def read(text: str | bytes) -> Tree:
    tree, complaints = read_yaml(text if isinstance(text, bytes) else text.encode(), "f.yaml")
    assert complaints == ()
    return tree


def refusal(text: str | bytes) -> str:
    with pytest.raises(UnreadableYaml) as refused:
        read(text)
    return str(refused.value)


def complaints(text: str) -> list[str]:
    return [str(complaint) for complaint in read_yaml(text.encode(), "f.yaml")[1]]


def test_texts_stay_as_they_are_written() -> None:
    tree = read("{phone: +441632960001, at: 22:30, country: no, on: 010, day: 2026-01-05, none: ~, nothing: , 1: one}")

    assert tree == {
        "phone": "+441632960001",
        "at": "22:30",
        "country": "no",
        "on": "010",
        "day": "2026-01-05",
        "none": None,
        "nothing": None,
        "1": "one",
    }


def test_plain_values_have_their_types_and_quoted_ones_are_text() -> None:
    tree = read("[1, -2, '3', 1.5, true, False, \"true\", 010, 22:30, null, 'null', {a: [7]}]")

    assert as_plain(tree) == [1, -2, "3", 1.5, True, False, "true", "010", "22:30", None, "null", {"a": [7]}]


def test_every_key_and_item_knows_its_line() -> None:
    tree = read("a: 1\nb:\n  - x\n  - {c: 2,\n     d: 3}\n")

    assert isinstance(tree, Mapped)
    assert tree.places == {"a": Place("f.yaml", 1), "b": Place("f.yaml", 2)}
    items = tree["b"]
    assert isinstance(items, list)
    assert items.places == [Place("f.yaml", 3), Place("f.yaml", 4)]
    inner = items[1]
    assert isinstance(inner, Mapped)
    assert inner.places["d"] == Place("f.yaml", 5)


def test_a_part_of_a_file_counts_from_its_own_first_line() -> None:
    tree, _ = read_yaml(b"a: 1\nb: 2", "f.md", first_line=2)

    assert isinstance(tree, Mapped)
    assert str(tree.places["b"]) == "f.md:3"


def test_several_documents_are_several_trees_with_the_lines_of_the_file() -> None:
    trees, complaints = read_yaml_documents(b"a: &x 1\n---\n# nothing\n---\nb: &x 2\nc: *x\n...\n---\n- d\n", "f.yaml")

    assert (trees, complaints) == (({"a": "1"}, None, {"b": "2", "c": "2"}, ["d"]), ())
    third = trees[2]
    assert isinstance(third, Mapped)
    assert third.places["c"] == Place("f.yaml", 6)


def test_no_document_is_no_tree() -> None:
    assert read_yaml_documents(b"# nothing\n", "f.yaml") == ((), ())


def test_an_anchor_ends_with_its_document() -> None:
    with pytest.raises(UnreadableYaml, match=r"f.yaml:3 \*x has no &x above it"):
        read_yaml_documents(b"a: &x 1\n---\nb: *x\n", "f.yaml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: [1\nc: 2", "f.yaml:3 this is not YAML: expected ',' or ']', but got ':'"),
        (
            "a:\n\t- b",
            "f.yaml:2 this is not YAML: found character '\\t' that cannot start any token "
            "(indent with spaces, not tabs)",
        ),
        ("a: 'b", "f.yaml:1 this is not YAML: found unexpected end of stream"),
        ("a: b: c", "f.yaml:1 this is not YAML: mapping values are not allowed here"),
        ("a: 1\nb: \x00", "f.yaml:2 this is not YAML: it holds a control character"),
        (b"a: 1\nb: \xff", "f.yaml:2 this is not UTF-8 text; save the file as UTF-8"),
        ("a: 1\n---\nb: 2", "f.yaml:2 a second document begins here; one file holds one"),
        ("a: *b", "f.yaml:1 *b has no &b above it"),
        ("a: &a [*a]", "f.yaml:1 *a holds itself"),
        ("[" * 100 + "]" * 100, "f.yaml:1 values are nested more than 40 deep"),
        ("[" * 100_000, "f.yaml:1 values are nested more than 40 deep"),
        ("a: " + "x" * 5_000_000, "f.yaml:1 this file is larger than 5,000,000 bytes"),
    ],
)
def test_what_is_no_yaml_is_refused_with_its_line(text: str | bytes, said: str) -> None:
    assert refusal(text) == said


def test_a_billion_laughs_are_refused() -> None:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]

    assert refusal("\n".join(lines)) == "f.yaml:6 with all aliases unfolded, more than 250,000 values"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: 2\na: 3", ['f.yaml:3 the key "a" is already in line 1']),
        (
            "a: 1\na: 2\na: 3",
            ['f.yaml:2 the key "a" is already in line 1', 'f.yaml:3 the key "a" is already in line 1'],
        ),
        (
            "a: !!python/object:os.system x",
            ["f.yaml:1 the tag tag:yaml.org,2002:python/object:os.system is not understood here"],
        ),
        ("a: !mine {b: 1}", ["f.yaml:1 the tag !mine is not understood here"]),
        ("? [a]\n: 1", ["f.yaml:1 a key must be a plain word"]),
        ("a: 1\nb: {<<: x}", ["f.yaml:2 << takes a mapping, or a list of them"]),
    ],
)
def test_what_readers_are_usually_silent_about_is_said(text: str, said: list[str]) -> None:
    assert complaints(text) == said


def test_merged_keys_give_way_to_those_that_are_written() -> None:
    tree = read("x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nz: {<<: [*x, *y], a: 3}")

    assert isinstance(tree, Mapped)
    assert tree["z"] == {"a": "3", "b": "1", "c": "2"}
