"""What a person writes to silence alerts: understood, or refused with a sentence that helps."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.silence_forms import compile_matches, compile_week
from app.domain.calendar import Calendar
from app.domain.errors import InvalidPayload
from tests.builders import an_alert

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("matchers", "holds"),
    [
        (['service="payments"'], True),
        (['service="payments"', 'alertname=~"Payments.*"'], True),
        (['service="payments"', 'alertname="DiskFull"'], False),
        (['{service="payments", env!="dev"}'], True),
        (['service="payments"', 'env=""'], True),
        (["service=payments"], True),
    ],
)
def test_all_matchers_have_to_hold(matchers: list[str], holds: bool) -> None:
    assert compile_matches(matchers)(an_alert()) is holds


@pytest.mark.parametrize(
    "matchers",
    [["{}"], [""], ['env=""'], ['env!="dev"'], ['service=~".*"'], ['service=~"payments|"'], ['env!~"x"', "{}"]],
)
def test_what_would_mean_every_alert_is_refused(matchers: list[str]) -> None:
    with pytest.raises(InvalidPayload) as refused:
        compile_matches(matchers)

    assert str(refused.value) == "matchers: must hold one that asks for a value, or it means every alert"


@pytest.mark.parametrize("text", ["service", 'service="payments', 'service=~"("', "=x", 'a="b" c="d"', "x" * 5_000])
def test_what_is_no_matcher_is_refused(text: str) -> None:
    with pytest.raises(InvalidPayload) as refused:
        compile_matches([text])

    assert refused.value.field == "matchers"


@pytest.mark.parametrize(
    ("every", "week"),
    [
        (["sun 02:00-04:00"], {6: ["02:00-04:00"]}),
        (["Sunday  02:00 - 04:00"], {6: ["02:00-04:00"]}),
        (["fri-sat 22:00-24:00"], {4: ["22:00-00:00"], 5: ["22:00-00:00"]}),
        (["sun 22:00-02:00"], {6: ["22:00-00:00"], 0: ["00:00-02:00"]}),
        (["mon 00:00-24:00"], {0: ["00:00-00:00"]}),
        (["mon 01:00-02:00", "mon 03:00-04:00", "mon 01:00-02:00"], {0: ["01:00-02:00", "03:00-04:00"]}),
    ],
)
def test_hours_of_the_week_are_windows_of_its_days(every: list[str], week: dict[int, list[str]]) -> None:
    found = compile_week(every, LONDON)

    assert {day: shown(windows) for day, windows in enumerate(found.week) if windows} == week


def shown(windows: tuple[tuple[time, time], ...]) -> list[str]:
    return [f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in windows]


@pytest.mark.parametrize(
    ("every", "said"),
    [
        (["sun"], 'write it as "sun 02:00-04:00"'),
        (["02:00-04:00"], 'is not a day of the week; write it as "mon"'),
        (["sun 2-4"], 'write it as "sun 02:00-04:00"'),
        (["sun 25:00-26:00"], 'write it as "sun 02:00-04:00"'),
        (["snu 02:00-04:00"], '"snu" is not a day of the week'),
        (["sun 02:00-04:00", "sun 03:00-05:00"], "the hours overlap at 03:00"),
        (["sat 22:00-06:00", "sun 05:00-07:00"], "the hours overlap at 05:00"),
        (["sun 02:00-02:00"], '"02:00-02:00" ends when it begins; a whole day is 00:00-24:00'),
        ([""], 'write it as "sun 02:00-04:00"'),
    ],
)
def test_what_are_no_hours_is_refused_with_the_right_form(every: list[str], said: str) -> None:
    with pytest.raises(InvalidPayload) as refused:
        compile_week(every, LONDON)

    assert refused.value.field == "every"
    assert said in refused.value.reason


@given(st.text(max_size=30))
def test_any_text_is_hours_or_refused(text: str) -> None:
    try:
        assert isinstance(compile_week([text], LONDON), Calendar)
    except InvalidPayload:
        return


def test_hours_are_those_of_the_zone() -> None:
    tokyo = compile_week(["mon 00:00-01:00"], ZoneInfo("Asia/Tokyo"))

    assert tokyo.is_open(datetime(2026, 11, 22, 15, 30, tzinfo=UTC))
