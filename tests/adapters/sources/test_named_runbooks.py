"""Runbooks are found where users of tools without a place for one put them."""

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
