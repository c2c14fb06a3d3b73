"""Values are read for what they mean, whatever type or form they were sent in."""

import pytest

from app.adapters.sources.fields import instant


@pytest.mark.parametrize("stamp", ["1712010100000", "1712010100"])
def test_unix_time_as_text_is_not_taken_for_a_date_of_long_ago(stamp: str) -> None:
    at = instant(stamp)

    assert at is not None
    assert at.year == 2024
