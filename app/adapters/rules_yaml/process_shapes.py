"""The models of what the file says of the written process: notices of shifts, limits, pay, reports, post-mortems."""

# ruff: noqa: RUF012 (pydantic copies a default for each model; ruff cannot see that Shape is one)

from datetime import time, timedelta
from decimal import Decimal

from pydantic import Field

from app.adapters.rules_yaml.forms import (
    Ahead,
    Amount,
    Currency,
    DaysAmount,
    Handover,
    Hours,
    Length,
    Text,
    Texts,
    Wait,
)
from app.adapters.rules_yaml.located import Shape
from app.domain.pay_terms import Choice, Rounding
from app.domain.policy import Delay
from app.domain.postmortem_deadlines import DUE, NAG_EVERY


class NoticesShape(Shape):
    """How people are told of their shifts."""

    before_shift: Ahead = timedelta(hours=24)
    """How long before; `never`: not at all."""
    handover: bool = True
    """Whether those whose shift begins or ends are told at that moment."""


class LimitsShape(Shape):
    """Lengths of time that the process fixes unless they are changed here."""

    reopen_window: Length = timedelta(minutes=10)
    best_effort: Length = timedelta(hours=2)
    hand_over_step: Wait = Delay(timedelta(hours=1), working=True)
    storm: int = Field(default=5, ge=1, le=1000)
    shadow_counts: bool = False
    """Whether a shadow's acknowledgement stops the escalation."""
    storm_window: Length = timedelta(minutes=1)
    """How long messages beyond `storm` to one address are gathered into one."""
    flap_reopens: int = Field(default=3, ge=1, le=100)
    """How often an incident may be re-opened within `flap_window` before a further time tells nobody."""
    flap_window: Length = timedelta(hours=1)
    flap_hold: Length = timedelta(minutes=15)
    """How long an alert that flaps must fire until it is told all the same."""


class PayShape(Shape):
    """What on-call weeks and work out of hours are paid by. Day rates are in a file of their own."""

    roles: Texts | None = None
    """Rotas that are paid by the week. If left out: `primary`."""
    hourly: Amount = Decimal("50.00")
    """For an hour worked out of hours."""
    currency: Currency = "GBP"
    round_to: Length = timedelta(minutes=1)
    """A stretch of work counts in whole lengths of this."""
    rounding: Rounding = Rounding.UP
    default: Choice = Choice.PAY
    """What holds for a week for which a person has chosen nothing."""
    calendar: Text | None = None
    """Says what out of hours is."""


class ReportsShape(Shape):
    """What reports count, and the weekly summary."""

    sleep: Hours = (time(22), time(7))
    noise_under: Length = timedelta(minutes=10)
    """An incident that paged somebody and ended by itself within this time is noise."""
    weekly: Handover | None = None
    """When the summary of the week before is sent, such as `mon 09:30`. If left out: never."""
    weekly_to: Texts | None = None
    """Squads that get it. If left out: all."""


class PostMortemsShape(Shape):
    """What is written after an incident, and by when."""

    due: DaysAmount = DUE
    """How long after the end of the incident: `5 working days`, `7 days`."""
    nag_every: DaysAmount = NAG_EVERY
    """How often an overdue one is recalled to its owner, and then to the squad too."""
    publish_to: Texts = []
    """Squads, or Slack channels such as `"#incidents"`, that hear of each one that is published."""
