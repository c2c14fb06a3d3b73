"""Who bears how much, counted by hand over weeks with holidays, covers and a clock change."""

from datetime import UTC, datetime, timedelta

from app.domain.fairness import Share, burdens, equal_share, shares
from app.domain.paging_roles import Hours
from app.domain.planned import slots
from app.domain.rota import Cover, DatedFacts
from app.domain.ruleset import Rules
from tests.office import office_rules


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def counted(rules: Rules, covers: tuple[Cover, ...], since: datetime, until: datetime) -> dict[str, Share]:
    rota, calendar = rules.rotas["primary"], rules.calendars["office"]
    held = slots(rota, rules.people, DatedFacts(covers), since, until)
    days = burdens(calendar, rota.zone, since, until)
    return {one.person: one for one in shares(held, rota.members, [Hours.OUT], calendar, days)}


def test_a_plain_week_is_seven_nights_two_weekend_days_and_the_hours_out_of_office() -> None:
    found = counted(office_rules(), (), utc("2026-01-05 17:30"), utc("2026-01-12 17:30"))

    office_hours = timedelta(hours=5 * 8.5)
    assert found == {
        "asha": Share("asha", timedelta(days=7) - office_hours, nights=7, weekend_days=2),
        "ben": Share("ben"),
        "chen": Share("chen"),
    }


def test_holidays_and_closed_days_count_as_such_also_on_a_weekend() -> None:
    # Chen has the week of Christmas: Thursday 24 (closed), Friday 25, Saturday 26 (Boxing Day), Monday 28 (its
    # substitute, of which the greater part comes before the handover).
    found = counted(office_rules(), (), utc("2026-12-21 17:30"), utc("2026-12-28 17:30"))

    (held,) = (one for one in found.values() if one.hours)
    assert (held.nights, held.weekend_days, held.holidays) == (7, 1, 4)
    assert held.hours == timedelta(days=7) - timedelta(hours=2 * 8.5)


def test_a_night_goes_to_whoever_holds_most_of_it() -> None:
    most = Cover("primary", "ben", utc("2026-01-06 22:00"), utc("2026-01-07 03:00"))
    least = Cover("primary", "chen", utc("2026-01-07 22:00"), utc("2026-01-08 02:00"))

    found = counted(office_rules(), (most, least), utc("2026-01-05 17:30"), utc("2026-01-12 17:30"))

    assert {person: share.nights for person, share in found.items()} == {"asha": 6, "ben": 1, "chen": 0}
    assert (found["ben"].hours, found["chen"].hours) == (timedelta(hours=5), timedelta(hours=4))


def test_whoever_has_the_night_of_the_clock_change_has_its_hour_less() -> None:
    since, until = utc("2026-03-28 18:00"), utc("2026-03-29 17:00")

    (held,) = (one for one in counted(office_rules(), (), since, until).values() if one.hours)

    assert held.hours == timedelta(hours=23)
    assert held.nights == 1


def test_in_hours_only_the_hours_of_the_office_count() -> None:
    rules = office_rules()
    rota, calendar = rules.rotas["first_responder"], rules.calendars["office"]
    since, until = utc("2026-01-05 09:00"), utc("2026-01-12 09:00")
    held = slots(rota, rules.people, DatedFacts(), since, until)

    (asha, *others) = shares(held, rota.members, [Hours.IN], calendar, burdens(calendar, rota.zone, until, until))

    assert asha == Share("asha", timedelta(hours=5 * 8.5))
    assert others == [Share("ben"), Share("chen"), Share("dee")]


def test_an_equal_share_is_all_of_it_divided() -> None:
    counts = (Share("asha", timedelta(hours=9), 3, 2, 1), Share("ben", timedelta(hours=3), 1, 0, 0))

    assert equal_share(counts, 2) == (6.0, 2.0, 1.0, 0.5)
    assert equal_share((), 0) == (0.0, 0.0, 0.0, 0.0)
