"""Plots: well-formed, read out by title and description, and never wider than their frame."""

from datetime import timedelta
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest

from app.adapters.learning_plots import PLOTS, plot_of
from app.adapters.plots_svg import WIDTH, Value, alone, columns, rows
from app.domain.learning import Learning
from app.domain.learning_report import Frame, learn
from tests.builders import NINE, a_handled

LONDON = ZoneInfo("Europe/London")
FRAME = Frame(NINE, NINE + timedelta(days=7), LONDON, lambda role: LONDON)
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '"/><script>alert(1)</script>&'


def drawn(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 - our own


def bars(svg: str) -> list[tuple[float, float]]:
    """Height and width of each."""
    return [(float(one.get("height", "")), float(one.get("width", ""))) for one in drawn(svg).iter(f"{SVG}rect")]


def test_a_plot_says_what_it_shows() -> None:
    svg = drawn(columns("hours", "Pages by hour", [Value("00", 2, "2 pages"), Value("01", 0, "0 pages")]))

    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby") == "hours-title hours-desc"
    said = {one.get("id"): one.text for one in svg if one.get("id")}
    assert said == {"hours-title": "Pages by hour", "hours-desc": "00: 2 pages; 01: 0 pages"}


def test_columns_are_as_high_as_their_values() -> None:
    """The grid ends at 8, the least of its steps that holds 5."""
    (five, _), (four, _), (none, _) = bars(columns("x", "X", [Value("a", 5, ""), Value("b", 4, ""), Value("c", 0, "")]))

    assert (five, four, none) == (102.5, 82.0, 0.0)


def test_rows_are_as_long_as_their_values_and_stay_in_the_frame() -> None:
    (_, long), (_, short) = bars(rows("x", "X", [Value("a", 300, "300"), Value("b", 75, "75")]))

    assert (long, short) == (220.0, 55.0)
    assert 130 + long < WIDTH


@pytest.mark.parametrize("plot", [columns, rows])
def test_names_are_text_and_never_markup(plot) -> None:  # type: ignore[no-untyped-def]
    svg = plot("x", HOSTILE, [Value(HOSTILE, 1, HOSTILE)])

    assert "<script" not in svg
    assert next(drawn(svg).iter(f"{SVG}title")).text == HOSTILE


@pytest.mark.parametrize("plot", [columns, rows])
def test_nothing_to_show_is_said(plot) -> None:  # type: ignore[no-untyped-def]
    assert next(drawn(plot("x", "X", [])).iter(f"{SVG}desc")).text == "Nothing to show."


@pytest.mark.parametrize("name", PLOTS)
def test_every_plot_of_a_report_is_drawn_alike_each_time(name: str) -> None:
    quiet = a_handled(rule="<cpu>", by_source=True, acted=False)
    found = learn([a_handled(), quiet, a_handled(acknowledged_at=None, resolved_at=None)], FRAME)

    svg = alone(plot_of(found, name, Learning()))

    assert bars(svg)
    assert "prefers-color-scheme:dark" in svg
    assert alone(plot_of(found, name, Learning())) == svg
