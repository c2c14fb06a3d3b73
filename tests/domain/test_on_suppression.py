"""Looking again at what is suppressed: whatever is missing, it does not stay quiet for ever."""

from datetime import UTC, datetime

from app.domain.context import Context
from app.domain.events import TimerDue
from app.domain.incident import Mark, Timer
from app.domain.step import step
from tests.builders import an_incident
from tests.stories.town import town_rules

NIGHT = datetime(2026, 11, 22, 3, tzinfo=UTC)


def test_a_suppressed_incident_that_has_lost_what_it_is_quiet_about_is_told_when_its_timer_is_due() -> None:
    incident = an_incident(marks=(Mark.SUPPRESSED,), timers={Timer.UNSUPPRESS: NIGHT}, quiet=None)

    decision = step(incident, TimerDue(), Context(NIGHT, town_rules()))

    assert {row.reader for row in decision.notifications} == {"asha", "ben"}
    assert decision.incident is not None
    assert not decision.incident.is_suppressed
