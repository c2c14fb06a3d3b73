"""Runbooks are found where users of tools without a place for one put them."""

from time import perf_counter

import pytest

from app.adapters.sources.named_runbooks import named_runbooks


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("see [the Runbook](https://wiki.example.net/a) now", ("https://wiki.example.net/a",)),
        ("Runbook: https://wiki.example.net/a.", ("https://wiki.example.net/a",)),
        ("run book <https://wiki.example.net/a>", ("https://wiki.example.net/a",)),
        ("runbook_url=https://wiki.example.net/a", ("https://wiki.example.net/a",)),
        ("[graph](https://graphs.example.net/a) and no runbook", ()),
        ("[runbook](javascript:x)", ()),
        ("https://wiki.example.net/a", ()),
        ("Runbook: https://wiki.example.net/a_(b)c", ("https://wiki.example.net/a_(b)c",)),
    ],
)
def test_a_runbook_is_found_in_a_text(said: str, found: tuple[str, ...]) -> None:
    assert named_runbooks({}, said) == found


def test_a_field_called_so_comes_before_the_text() -> None:
    said = "Runbook: https://wiki.example.net/b"

    assert named_runbooks({"runbook": "a"}, said) == ("a", "https://wiki.example.net/b")


def test_a_runbook_is_a_field_a_tag_or_a_line() -> None:
    named = {"Runbook": "a", "host.runbook_url": "https://wiki.example.net/b", "runbooks_seen": "no"}

    found = named_runbooks(
        named, 'Closes the day.\nRunbook: https://wiki.example.net/c.\n"runbook_url"="d/e"', "no runbook"
    )

    assert found == ("https://wiki.example.net/b", "a", "https://wiki.example.net/c", "d/e")


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("CPU is high.\nRunbook: https://wiki.example.com/cpu", ["https://wiki.example.com/cpu"]),
        ("runbook = cpu-high", ["cpu-high"]),
        ("- **Runbook:** <https://wiki.example.com/cpu>", ["https://wiki.example.com/cpu"]),
        ("run book: cpu.", ["cpu."]),
        ("runbook_url: https://wiki.example.com/a,", ["https://wiki.example.com/a"]),
        ("see [the runbook](https://wiki.example.com/b) now", ["https://wiki.example.com/b"]),
        ("[Playbook](https://wiki.example.com/c)", ["https://wiki.example.com/c"]),
        ("Runbook: ask the database people", []),
        ("The runbook is out of date", []),
        ("", []),
    ],
)
def test_a_named_or_linked_runbook_is_found(said: str, found: list[str]) -> None:
    assert named_runbooks({}, said) == tuple(found)


@pytest.mark.parametrize("part", ["*", "runbook:", "[", "[runbook](", "[runbook](a", "runbook: a ", ":" * 9 + "\n"])
def test_a_hostile_text_costs_no_time(part: str) -> None:
    start = perf_counter()

    named_runbooks({}, part * (1_000_000 // len(part)))

    assert perf_counter() - start < 1
