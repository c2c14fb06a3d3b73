"""A message within a limit: what goes first, what never goes, and what is said of the rest."""

from collections.abc import Callable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.domain.fitting import Medium, cut, fitted, utf8_bytes, utf16_units
from tests.contracts.channel_rig import a_page, an_item

LINK = "https://oncall.example.com/a/ImluY18wMSI.aGVsbG8.c2ln"


def test_what_fits_is_whole_and_repeats_neither_headline_nor_button() -> None:
    text = fitted(a_page("x"), Medium(1_000), link_elsewhere=True)

    assert "Checkout answers 500" not in text
    assert LINK not in text
    assert text.startswith("why you: You are primary this week (rule 3, out of hours).\nrunbook: https://wiki")


def test_facts_are_cut_before_any_is_left_out() -> None:
    text = fitted(a_page("x", an_item(why="w" * 2_000, remark="r" * 2_000)), Medium(1_000))

    assert [line.partition(":")[0] for line in text.splitlines()] == [
        "note",
        "why you",
        "act",
        "runbook",
        "squad",
        "since",
        "count",
        "status",
        "id",
    ]
    assert LINK in text
    assert "rrr…" in text


def test_a_runbook_address_is_whole_or_not_there() -> None:
    runbook = "https://wiki.example.com/".ljust(900, "r")

    wide, narrow = (fitted(a_page("x", an_item(runbook=runbook)), Medium(limit)) for limit in (2_000, 1_000))

    assert runbook in wide
    assert "runbook" not in narrow


def test_a_long_digest_is_a_line_an_item_then_links_then_a_count_with_the_severest_first() -> None:
    items = [an_item(severity="high", title=f"High {n}", link=f"{LINK}{n:03d}") for n in range(99)]
    digest = a_page("x", *items, an_item(title="Worst", link=f"{LINK}999"))

    lines, links, counted = (fitted(digest, Medium(limit)) for limit in (9_000, 6_000, 300))

    assert lines.splitlines()[0] == f"1. HIGH High 0 {LINK}000"
    assert lines.splitlines()[-1] == f"100. CRITICAL Worst {LINK}999"
    assert links.splitlines() == [item.link for item in digest.items]
    assert counted.splitlines() == [
        f"1. CRITICAL Worst {LINK}999",
        f"2. HIGH High 0 {LINK}000",
        f"3. HIGH High 1 {LINK}001",
        "… and 97 more: see the list of incidents",
    ]


def test_without_items_it_is_the_headline() -> None:
    assert fitted(a_page("x", headline="Ben covers you\ntonight", items=()), Medium(100)) == "Ben covers you tonight"


def test_characters_are_counted_as_the_provider_counts_them() -> None:
    assert (utf8_bytes("a\U0001f525\ud800"), utf16_units("a\U0001f525")) == (6, 3)


@given(st.text(), st.integers(1, 3_000), st.integers(1, 400), st.sampled_from([len, utf8_bytes, utf16_units]))
def test_no_limit_is_ever_passed(text: str, times: int, limit: int, measure: Callable[[str], int]) -> None:
    medium = Medium(limit, measure, text=lambda one: one.replace("<", "&lt;"))
    message = a_page("x", *[an_item(title=text * times, remark="<" * times)] * 3, headline=f"x{text}" * times)

    assert measure(fitted(message, replace(medium, limit=limit + 100))) <= limit + 100
    assert measure(cut(message.headline, medium)) <= max(limit, 4)
