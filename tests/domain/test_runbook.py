"""Only a runbook that somebody can follow lets an alert through the gate, and what does not count is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.runbook import Library, Runbook, RunbookFound, find_runbook, slug

DOWN = Runbook("payments-api-down", "Payments API down", "1. Look at the dashboard.")
FULL = Runbook("disk_full", "Disk full", "1. Free some space.")
EMPTY = Runbook("queue-stuck", "Queue stuck", " \n")
LIBRARY = Library(
    {runbook.slug: runbook for runbook in (DOWN, FULL, EMPTY)},
    {"PaymentsUnreachable": "payments-api-down", "QueueSlow": "queue-stuck", "Gone": "long-gone"},
    frozenset({"Wiki.example.com"}),
)
ANY_HOST = Library({}, {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PaymentsAPIDown", "payments-api-down"),
        ("payments-api-down", "payments-api-down"),
        ("payments_api down", "payments-api-down"),
        ("Payments API: down!", "payments-api-down"),
        ("KubePodCrashLooping", "kube-pod-crash-looping"),
        ("HTTP5xxRate", "http5xx-rate"),
        ("S3Down", "s3-down"),
        ("TargetDown2", "target-down2"),
        ("api/v2 (eu-west-1)", "api-v2-eu-west-1"),
        ("ÜberLast", "über-last"),
        ("--", ""),
        ("", ""),
    ],
)
def test_a_slug_is_the_name_in_kebab_case(text: str, expected: str) -> None:
    assert slug(text) == expected


@given(st.text())
def test_a_slug_stays_as_it_is(text: str) -> None:
    assert slug(slug(text)) == slug(text)


def test_a_slug_of_a_very_long_name_is_quick() -> None:
    assert slug("A" * 1_000_000) == "a" * 1_000_000


@pytest.mark.parametrize(
    "reference",
    ["payments-api-down", "payments-api-down.md", "runbooks/payments-api-down.md", "./runbooks/payments-api-down.md"],
)
def test_a_local_runbook_can_be_named_by_slug_or_by_path(reference: str) -> None:
    assert find_runbook((reference,), "", LIBRARY) == RunbookFound("payments-api-down", "payments-api-down")


def test_a_local_runbook_keeps_the_name_of_its_file() -> None:
    assert find_runbook(("disk_full.md",), "", LIBRARY) == RunbookFound("disk_full", "disk_full")


@pytest.mark.parametrize(
    "link",
    [
        "https://wiki.example.com/payments#steps",
        "http://WIKI.example.com:8443/a?b=c",
        "HTTPS://wiki.example.com/ünlü",
        "https://wiki.example.com/@team/page",
    ],
)
def test_a_link_to_an_allowed_host_counts(link: str) -> None:
    assert find_runbook((link,), "", LIBRARY) == RunbookFound(link)


@pytest.mark.parametrize("link", ["https://anywhere.example/x", "http://[2001:db8::1]/x", "http://localhost:3000"])
def test_every_host_counts_when_none_is_listed(link: str) -> None:
    assert find_runbook((link,), "", ANY_HOST) == RunbookFound(link)


@pytest.mark.parametrize(
    ("reference", "note"),
    [
        ("http://evil.example/x", "runbook http://evil.example/x: host not in runbook_hosts"),
        ("https://a.wiki.example.com/", "runbook https://a.wiki.example.com/: host not in runbook_hosts"),
        ("https://wiki.example.com.evil/", "runbook https://wiki.example.com.evil/: host not in runbook_hosts"),
        ("ftp://wiki.example.com/x", "runbook ftp://wiki.example.com/x: not an http or https link"),
        ("https://", "runbook https://: not a well-formed link"),
        ("https:///x", "runbook https:///x: not a well-formed link"),
        ("https://:443/x", "runbook https://:443/x: not a well-formed link"),
        ("https://wiki.example.com:x/", "runbook https://wiki.example.com:x/: not a well-formed link"),
        ("https://[::1/x", "runbook https://[::1/x: not a well-formed link"),
        ("https://wiki..com/", "runbook https://wiki..com/: not a well-formed link"),
        ("https://wiki.example.com/a b", "runbook https://wiki.example.com/a b: not a well-formed link"),
        ("https://wiki.example.com/a\nb", "runbook https://wiki.example.com/a?b: not a well-formed link"),
        ("https://wiki.example.com/\u202ex", "runbook https://wiki.example.com/?x: not a well-formed link"),
        ("https://wiki.example.com\\@evil", "runbook https://***@evil: not a well-formed link"),
        ("https://joe:pw@wiki.example.com/", "runbook https://***@wiki.example.com/: a link must not hold credentials"),
        ("queue-stuck", "runbook queue-stuck: its Steps section is missing or empty"),
        ("no-such", "runbook no-such: no such file"),
        ("old/payments-api-down", "runbook old/payments-api-down: no such file"),
    ],
)
def test_a_reference_that_does_not_count_is_noted_and_the_next_is_tried(reference: str, note: str) -> None:
    found = find_runbook((reference, "payments-api-down"), "", LIBRARY)

    assert found == RunbookFound("payments-api-down", "payments-api-down", (note,))


@pytest.mark.parametrize(
    ("references", "alert_name", "expected"),
    [
        (("disk_full", "payments-api-down"), "PaymentsUnreachable", "disk_full"),
        ((), "PaymentsUnreachable", "payments-api-down"),
        ((), "PaymentsAPIDown", "payments-api-down"),
        (("", "  "), "Payments API down", "payments-api-down"),
        ((" payments-api-down\n",), "", "payments-api-down"),
    ],
)
def test_the_places_are_tried_in_order(references: tuple[str, ...], alert_name: str, expected: str) -> None:
    assert find_runbook(references, alert_name, LIBRARY) == RunbookFound(expected, expected)


def test_all_that_was_tried_is_noted_once_when_nothing_counts() -> None:
    found = find_runbook(("queue-slow", "http://evil.example/x"), "QueueSlow", LIBRARY)

    assert found == RunbookFound(
        None,
        notes=(
            "runbook queue-slow: no such file",
            "runbook http://evil.example/x: host not in runbook_hosts",
            "runbook queue-stuck: its Steps section is missing or empty",
        ),
    )


def test_front_matter_names_the_alert_exactly() -> None:
    assert find_runbook((), "paymentsunreachable", LIBRARY).ref is None


def test_a_note_is_cut_for_display() -> None:
    (note,) = find_runbook(("x" * 10_000,), "", LIBRARY).notes

    assert len(note) < 300


@given(st.text(), st.text())
def test_no_reference_whatever_breaks_it(reference: str, alert_name: str) -> None:
    for tried in (reference, f"https://{reference}"):
        found = find_runbook((tried,), alert_name, ANY_HOST)
        assert found.ref is None or found.ref == tried.strip()
