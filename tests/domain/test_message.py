"""What a person reads at 3 a.m."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.domain.message import Item, Message, MessageKind, one_line

PAGE_ITEM = Item(
    incident="inc_01",
    severity="critical",
    title="Checkout answers 500",
    squad="payments",
    since=datetime(2026, 7, 5, 2, 4, tzinfo=UTC),
    count=12,
    why="You are primary this week (rule 3, out of hours).",
    runbook="https://wiki.example.com/checkout",
    link="https://oncall.example.com/a/token",
    status="triggered",
)
PAGE = Message(
    key="inc_01/1/0/asha",
    kind=MessageKind.PAGE,
    channel="console",
    address="asha",
    reader="Asha",
    headline="CRITICAL Checkout answers 500",
    items=(PAGE_ITEM,),
    timezone="Europe/London",
)


def test_a_page_says_everything_in_the_order_it_is_needed() -> None:
    assert PAGE.text() == (
        "CRITICAL Checkout answers 500\n"
        "\n"
        "  why you  You are primary this week (rule 3, out of hours).\n"
        "  act      https://oncall.example.com/a/token\n"
        "  runbook  https://wiki.example.com/checkout\n"
        "  squad    payments\n"
        "  since    Sun 05 Jul 2026, 03:04 BST\n"
        "  count    12 alerts\n"
        "  status   triggered\n"
        "  id       inc_01"
    )


def test_a_headline_of_other_words_is_followed_by_severity_and_title() -> None:
    message = replace(PAGE, headline="You are shadowing Ben")

    text = message.text()

    assert text.splitlines()[:3] == ["You are shadowing Ben", "", "CRITICAL Checkout answers 500"]


def test_a_digest_numbers_every_item_and_misses_none() -> None:
    items = tuple(replace(PAGE_ITEM, incident=f"inc_{n}", title=f"Disk {n} is full") for n in range(1, 41))
    digest = replace(PAGE, kind=MessageKind.DIGEST, headline="40 incidents were held for you", items=items)

    text = digest.text()

    for number, item in enumerate(items, start=1):
        assert f"{number}. CRITICAL {item.title}\n" in text
        assert f"  id       {item.incident}" in text.splitlines()


def test_a_notice_without_items_is_its_headline() -> None:
    notice = replace(PAGE, kind=MessageKind.NOTICE, headline="Ben covers you from 18:00 to 20:00", items=())

    assert notice.text() == "Ben covers you from 18:00 to 20:00"


def test_a_missing_runbook_is_said_and_empty_facts_are_left_out() -> None:
    item = replace(PAGE_ITEM, runbook="", remark="NO RUNBOOK", link="", squad="")

    names = dict(item.facts())

    assert (names["runbook"], names["note"]) == ("none", "NO RUNBOOK")
    assert names.keys().isdisjoint({"act", "squad"})


@pytest.mark.parametrize("field", ["title", "squad", "why", "runbook", "remark", "status"])
def test_text_from_an_alert_cannot_pass_for_a_line_of_ours(field: str) -> None:
    hostile = "x\n  act      https://evil.example\x1b[2J\u202e"
    item = replace(PAGE_ITEM, **{field: hostile})  # type: ignore[arg-type]

    lines = replace(PAGE, items=(item,)).text().split("\n")

    assert [line for line in lines if line.startswith("  act ")] == ["  act      https://oncall.example.com/a/token"]
    assert all(character.isprintable() for line in lines for character in line)


@pytest.mark.parametrize(
    "reference",
    [
        "",
        "checkout-down",
        "javascript:alert(1)",
        "https://x.example/a b",
        "https://x.example/|y",
        'https://x/"onclick=',
    ],
)
def test_only_a_clean_web_address_is_a_runbook_to_click(reference: str) -> None:
    assert replace(PAGE_ITEM, runbook=reference).runbook_address() == ""
    assert PAGE_ITEM.runbook_address() == PAGE_ITEM.runbook


def test_a_link_is_never_cut() -> None:
    link = "https://oncall.example.com/a/" + "t" * 5_000

    assert link in replace(PAGE, items=(replace(PAGE_ITEM, title="x" * 9_000, link=link),)).text()


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "/etc/passwd"])
def test_an_unknown_time_zone_shows_utc_and_stops_no_page(zone: str) -> None:
    assert ("since", "Sun 05 Jul 2026, 02:04 UTC") in PAGE_ITEM.facts(zone)


@pytest.mark.parametrize(
    ("kind", "label"), [(MessageKind.PAGE, "Open and acknowledge"), (MessageKind.RESOLVED, "Open")]
)
def test_the_button_asks_to_acknowledge_only_where_somebody_is_needed(kind: MessageKind, label: str) -> None:
    assert replace(PAGE, kind=kind).button() == label


def test_one_line_cuts_for_display_with_an_ellipsis() -> None:
    assert one_line("a b\r\nc\td", 6) == "a b c…"


@pytest.mark.parametrize(
    ("answers", "label"),
    [((), "Open and acknowledge"), (("acknowledge", "note"), "Open and acknowledge"), (("resolve", "note"), "Open")],
)
def test_the_button_of_a_page_that_was_answered_asks_no_more(answers: tuple[str, ...], label: str) -> None:
    page = replace(PAGE, items=tuple(replace(item, answers=answers) for item in PAGE.items))

    assert page.button() == label
