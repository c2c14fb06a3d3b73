"""What a year of rotas costs: gaps, fair shares and places for somebody new, with covers, weeks off and consents."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random
from time import perf_counter

from app.adapters.ical_writing import write_calendar
from app.adapters.rules_yaml import load_rules
from app.domain.fairness import burdens, shares
from app.domain.paging_roles import Hours
from app.domain.placement import places
from app.domain.planned import planned
from app.domain.rota import Cover, DatedFacts, OptedOutWeeks
from app.domain.rota_gaps import outlook
from app.domain.ruleset import Rules
from app.domain.shift_calendar import entries_of_rota
from bench.course import Course
from bench.figures import Figure, Target

PEOPLE = 20
COVERS = 1_000
WEEKS_OFF = 100
SINCE = datetime(2026, 1, 5, 9, tzinfo=UTC)
YEAR = timedelta(days=365)
GROUP = f"a year of 4 rotas of {PEOPLE} people with {COVERS:,} covers"

ROTAS = ("first_responder", "primary", "shadow", "second_line")


def measure(course: Course) -> list[Figure]:
    course.step("a year of rotas")
    rules, facts = _rules(course), _facts(Random(7))
    plan = planned(rules, facts, SINCE, SINCE + YEAR)
    calendar = rules.calendars["office"]

    def fair() -> object:
        days = burdens(calendar, rules.rotas["primary"].zone, SINCE, SINCE + YEAR)
        return [shares(plan[name], rules.people, [Hours.OUT], calendar, days) for name in ROTAS]

    measured: dict[str, tuple[Callable[[], object], Target]] = {
        "gaps and double bookings": (lambda: outlook(rules, facts, SINCE, SINCE + YEAR), Target("<", 1.0)),
        "who bears how much": (fair, Target()),
        "places for somebody new, 26 weeks": (lambda: places(rules, facts, "primary", "new", SINCE, 26), Target()),
        "a rota's calendar": (
            lambda: write_calendar("x", entries_of_rota(plan["primary"], rules.people), "UTC"),
            Target(),
        ),
    }
    return [
        Figure(GROUP, name, tuple(_seconds(work) for _ in range(course.rounds)), "s", target)
        for name, (work, target) in measured.items()
    ]


def _seconds(work: Callable[[], object]) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun


def _rules(course: Course) -> Rules:
    folder = course.new_folder("planning")
    folder.mkdir()
    people = "\n".join(
        f"  p{number}: {{name: P{number}, console: p, on_call_since: 2026-01-01}}" for number in range(PEOPLE)
    )
    rotas = "\n".join(f"  {name}: {{members: all, starts: 2026-01-05}}" for name in ROTAS)
    (folder / "rules.yaml").write_text(
        f"""
version: 1
defaults: {{timezone: Europe/London, on_missing_runbook: triage, last_resort: p0}}
calendars:
  office: {{hours: {{mon-fri: "09:00-17:30"}}, holidays: GB-ENG}}
people:
{people}
rotas:
{rotas}
policies:
  critical:
    in_hours: [{{tell: [first_responder]}}]
    out_of_hours: [{{tell: [primary, shadow]}}, {{after: 1h, tell: [second_line]}}]
  high:
    in_hours: [{{tell: [first_responder]}}]
    out_of_hours: hold
rules: []
"""
    )
    return load_rules(folder / "rules.yaml", folder / "runbooks", {})


def _facts(random: Random) -> DatedFacts:
    """Drawn anew the same way each time."""
    covers = []
    for _ in range(COVERS):
        since = SINCE + timedelta(hours=random.randrange(365 * 24))
        until = since + timedelta(hours=random.randrange(1, 72))
        covers.append(Cover(random.choice(ROTAS), f"p{random.randrange(PEOPLE)}", since, until))
    off = []
    for _ in range(WEEKS_OFF):
        begins = date(2026, 1, 5) + timedelta(weeks=random.randrange(52))
        person = f"p{random.randrange(PEOPLE)}"
        off.append(OptedOutWeeks(random.choice(ROTAS), person, begins, begins + timedelta(weeks=1)))
    return DatedFacts(tuple(covers), tuple(off))
