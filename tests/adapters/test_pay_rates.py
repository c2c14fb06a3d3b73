"""The file of day rates: either form, dated or not, and never quoted when it is wrong."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app.adapters.pay_rates import ALWAYS, read_pay_rates
from app.domain.pay_terms import DayRates

NEW_YEAR, JULY = date(2026, 1, 5), date(2026, 7, 1)
EXPECTED = {
    "asha": ((ALWAYS, Decimal("312.50")),),
    "ben": ((NEW_YEAR, Decimal("290.00")), (JULY, Decimal("305.00"))),
}


def read(tmp_path: Path, name: str, text: str | bytes) -> DayRates:
    file = tmp_path / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_pay_rates(str(file))


def test_yaml_and_csv_say_the_same(tmp_path: Path) -> None:
    written = "asha: 312.50\nben: {2026-07-01: 305, 2026-01-05: 290.00}\n"
    table = "\ufeffPerson, from, day_rate\nasha,,312.5\n\nben,2026-07-01,305\nben,2026-01-05,290\n"

    assert read(tmp_path, "rates.yaml", written) == DayRates(EXPECTED)
    assert read(tmp_path, "rates.csv", table) == DayRates(EXPECTED)


def test_a_rate_holds_from_its_day_until_the_next() -> None:
    rates = DayRates(EXPECTED)

    found = [rates.at("ben", day) for day in (date(2026, 1, 4), NEW_YEAR, date(2026, 6, 30), JULY)]

    assert found == [None, Decimal("290.00"), Decimal("290.00"), Decimal("305.00")]
    assert rates.at("asha", date(2000, 1, 1)) == Decimal("312.50")
    assert rates.at("eve", JULY) is None


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("rates.yaml", "asha: 31750 GBP", "rates.yaml:1 is not an amount; write it as 312.50"),
        ("rates.yaml", "asha: 317.505", "rates.yaml:1 is not an amount"),
        ("rates.yaml", "asha: -317.50", "rates.yaml:1 is not an amount"),
        ("rates.yaml", "ben: 1\nasha: {july: 317.50}", "rates.yaml:2 has a day that is none"),
        ("rates.yaml", "asha: [317.50]", "rates.yaml:1 must be one amount"),
        ("rates.yaml", "- 317.50", "rates.yaml must be a mapping"),
        ("rates.yaml", "asha: 317.50\nasha: 317.50", "rates.yaml:2 is not YAML that can be used"),
        ("rates.yaml", "asha: [317.50", "is not YAML that can be read"),
        ("rates.yaml", b"asha: \xff317.50", "rates.yaml:1 is not YAML that can be read"),
        ("rates.yaml", "", "rates.yaml must be a mapping"),
        ("rates.csv", "who,rate\nasha,317.50", "rates.csv:1 must name the columns person and day_rate"),
        ("rates.csv", "person,day_rate\nasha,317.50 GBP", "rates.csv:2 is not an amount"),
        ("rates.csv", "person,day_rate\n,317.50", "rates.csv:2 names nobody"),
        ("rates.csv", "person,day_rate\nasha,317.50\nasha,317.51", "asha twice"),
        ("rates.csv", "person,day_rate,from\nasha,317.50,soon", "rates.csv:2 has a day that is none"),
        ("rates.csv", 'person,day_rate\nasha,"317.50', "rates.csv cannot be read as CSV"),
        ("rates.csv", b"person,day_rate\nasha,\xff317.50", "rates.csv is not UTF-8 text"),
    ],
)
def test_a_file_that_is_wrong_gives_no_rate_and_says_where(tmp_path: Path, name: str, text: str, said: str) -> None:
    found = read(tmp_path, name, text)

    assert found.of_person == {}
    assert said in found.problem
    assert "317" not in found.problem


def test_no_file_is_said(tmp_path: Path) -> None:
    assert read_pay_rates("").problem == "ONCALL_PAY_RATES names no file"
    assert read_pay_rates(f"{tmp_path}/none.yaml").problem == "none.yaml: No such file or directory"


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    assert "is larger than" in read(tmp_path, "rates.yaml", b"#" * 5_000_001).problem
