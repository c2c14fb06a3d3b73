"""Pay and reports from the command line, against a real server, as the docs say."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.entrypoints.cli.terminal import Served
from tests.entrypoints.cli.test_server_commands import said

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def saturday() -> datetime:
    """Noon of the last Saturday, which nobody works on."""
    now = datetime.now(UTC)
    days = (now.weekday() - 5) % 7 or 7
    return (now - timedelta(days=days)).replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def added(served: Served, saturday: datetime) -> Iterator[str]:
    """An hour of Asha's that no incident tells of; taken away again."""
    at = f"{saturday:%Y-%m-%dT%H:%M:%S+00:00}"
    yield said(served.run("pay", "hours", at, "--worked", "1h", "--why", "a call", "--person", "asha", "--by", "asha"))
    words = ("--was", "1h", "--worked", "0m", "--why", "no", "--person", "asha", "--by", "asha")
    said(served.run("pay", "hours", at, *words))


def around(at: datetime) -> tuple[str, ...]:
    day = timedelta(days=1)
    return ("--since", f"{at - day:%Y-%m-%dT%H:%M+00:00}", "--until", f"{at + day:%Y-%m-%dT%H:%M+00:00}")


def test_hours_are_added_and_shown_with_their_reason(served: Served, saturday: datetime, added: str) -> None:
    assert added.startswith("Work of asha from Sat ")
    assert added.endswith(": 1 h, 50.00 GBP\n")
    shown = " ".join(said(served.run("pay", "report", *around(saturday))).split())

    assert "0.00 0.00 0.00 GBP 1.00 50.00 GBP 50.00 GBP" in shown
    assert "asha: 0 s to 1 h, a call" in shown
    assert "Missing: the day rates cannot be read: ONCALL_PAY_RATES names no file" in shown


def test_json_and_csv_are_the_apis_own(served: Served, saturday: datetime, added: str) -> None:
    report = json.loads(said(served.run("pay", "report", *around(saturday), "--json")))
    lines = said(served.run("pay", "report", *around(saturday), "--csv", "lines")).splitlines()

    assert [one["amount"] for one in report["hours"]] == ["50.00"]
    assert lines[0].startswith("kind,person,rota,")
    assert lines[1].startswith("work,asha,,")


def test_a_choice_names_the_week_it_is_for(served: Served) -> None:
    chosen = said(served.run("pay", "choose", "day-off", "2026-11-18T12:00", "--person", "asha", "--by", "asha"))

    assert chosen == "asha takes a day off for the week of primary from Mon 16 Nov 2026 17:30 GMT\n"


def test_what_cannot_be_is_said(served: Served) -> None:
    unknown = served.run("pay", "choose", "pay", "2026-11-18", "--rota", "primry", "--person", "asha")
    both = served.run("pay", "report", "--month", "2026-11", "--week", "2026-W48")

    assert (unknown.exit_code, both.exit_code) == (1, 1)
    assert "'primry' is no rota that is paid by the week" in unknown.stderr
    assert "say either `month` or `week`" in both.stderr


def test_a_report_of_nothing_is_short(served: Served) -> None:
    shown = said(served.run("report", "--month", "2020-01"))

    assert shown.startswith("Incidents opened from Wed 01 Jan 2020 00:00 GMT to Sat 01 Feb 2020 00:00 GMT")
    assert "who" not in shown


def test_a_report_says_who_was_paged_and_what_has_no_runbook(served: Served) -> None:
    id = json.loads(said(served.run("raise", "Checkout is slow", "--squad", "payments", "--by", "asha", "--json")))[
        "id"
    ]
    said(served.run("ack", id, "--by", "asha"))
    said(served.run("resolve", id, "--by", "asha"))

    shown = said(served.run("report"))
    squads = said(served.run("report", "--csv", "squads", "--squad", "payments")).splitlines()

    assert "payments" in shown
    assert squads[1].startswith("payments,1,")
    assert json.loads(said(served.run("report", "--json")))["whole"]["critical"] == 1
