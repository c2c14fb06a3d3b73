"""Runbooks in free text: found where people write them, and never at the price of a hang."""

from time import perf_counter

import pytest

from app.adapters.sources.runbook_text import runbooks_in


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
    assert list(runbooks_in(said)) == found


@pytest.mark.parametrize("part", ["*", "runbook:", "[", "[runbook](", "[runbook](a", "runbook: a ", ":" * 9 + "\n"])
def test_a_hostile_text_costs_no_time(part: str) -> None:
    start = perf_counter()

    list(runbooks_in(part * (1_000_000 // len(part))))

    assert perf_counter() - start < 1
