"""What the figures say of the week ahead."""

from datetime import UTC, datetime, timedelta

from app.adapters.metrics import Metrics
from app.domain.paging_roles import Hours
from app.domain.rota_gaps import DoubleBooking, Gap, Outlook

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def day(number: int) -> datetime:
    return NOW + timedelta(days=number)


def figures(metrics: Metrics) -> list[str]:
    lines = metrics.page().decode().splitlines()
    return [line for line in lines if line.startswith(("oncall_rota_gap", "oncall_double"))]


def test_gaps_and_double_bookings_of_the_week_are_figures_and_later_ones_are_not() -> None:
    gaps = (
        Gap("primary", day(1), day(2), ""),
        Gap("primary", day(6), day(30), ""),
        Gap("second_line", day(9), day(10), ""),
    )
    twice = DoubleBooking("asha", ("primary", "second_line"), Hours.OUT, day(3), day(4))
    later = DoubleBooking("asha", ("primary", "second_line"), Hours.OUT, day(8), day(9))
    metrics = Metrics()

    metrics.looked_ahead(Outlook(NOW, day(90), gaps, (twice, later)))
    seen = figures(metrics)
    metrics.looked_ahead(Outlook(NOW, day(90), (), ()))

    assert seen == ['oncall_rota_gap_seconds{rota="primary"} 172800.0', "oncall_double_bookings 1.0"]
    assert figures(metrics) == ["oncall_double_bookings 0.0"]
