"""What a simulation says, line by line, for the nights and mornings that the process was written for."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.adapters.rules_yaml import load_rules
from app.domain.alert import Alert, AlertStatus
from app.domain.classify import Severity
from app.domain.ruleset import Rules
from app.service.simulate import simulate
from app.service.simulated import Line, What
from tests.builders import an_alert

LONDON = ZoneInfo("Europe/London")
HOUR = timedelta(hours=1)
WORDS = {"alertmanager": {word.value: word for word in Severity}}

RULES = """
version: 1
defaults: {timezone: Europe/London, on_missing_runbook: triage, last_resort: cto}
calendars:
  office: {hours: {mon-fri: "09:00-17:30"}}
people:
  asha: {email: asha@example.com, phone: "+441632960001", on_call_since: 2026-01-01}
  ben: {email: ben@example.com, on_call_since: 2026-01-01}
  chen: {email: chen@example.com, slack: U03CHEN, on_call_since: 2026-01-01}
  eve: {email: eve@example.com}
  cto: {email: cto@example.com}
squads:
  payments: {channel: "#payments"}
rotas:
  first_responder: {handover: "mon 09:00", members: [eve]}
  primary: {handover: "mon 17:30", members: [asha]}
  shadow: {handover: "mon 17:30", members: [ben]}
  second_line: {handover: "mon 17:30", members: [chen]}
ladders:
  urgent: [{send: [email]}, {after: 5m, send: [sms]}]
  quiet: [{send: [email, slack]}]
rules:
  - {name: payments, match: ['service="payments"'], squad: payments}
"""


def rules_of(folder: Path, text: str = RULES) -> Rules:
    """The rules, beside one runbook that counts for `an_alert()`."""
    (folder / "runbooks").mkdir()
    (folder / "runbooks" / "payments-api-down.md").write_text("# Down\n\n## Steps\n\n1. Look.\n")
    (folder / "rules.yaml").write_text(text)
    return load_rules(folder / "rules.yaml", folder / "runbooks", WORDS)


@pytest.fixture
def rules(tmp_path: Path) -> Rules:
    return rules_of(tmp_path)


def high() -> Alert:
    return an_alert(severity="high")


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


def told(lines: tuple[Line, ...]) -> list[str]:
    """Each line but its reason: "Sun 03:00 page primary asha email", in London's time."""
    words = [(f"{one.at.astimezone(LONDON):%a %H:%M}", one.what, one.role, one.person, one.channel) for one in lines]
    return [" ".join(filter(None, line)) for line in words]


def test_a_critical_at_night_is_acknowledged_stopped_parked_and_handed_over(rules: Rules) -> None:
    at = london("2026-02-01 03:00")

    lines = simulate([an_alert()], rules, at, timedelta(hours=31), acknowledge_after=timedelta(minutes=10))

    assert told(lines) == [
        "Sun 03:00 opened",
        "Sun 03:00 page primary asha email",
        "Sun 03:00 page shadow ben email",
        "Sun 03:05 reminder primary asha sms",
        "Sun 05:10 stop primary asha email",
        "Sun 05:10 park",
        "Mon 09:00 hand_over first_responder eve email",
        "Mon 09:00 hand_over primary asha email",
        "Mon 10:00 page second_line chen email",
        "Mon 10:00 post squad payments slack",
    ]


def test_a_critical_that_nobody_answers_climbs_to_the_last_resort(rules: Rules) -> None:
    lines = simulate([an_alert()], rules, london("2026-02-01 03:00"), 6 * HOUR)

    assert [line for line in told(lines) if "reminder" not in line] == [
        "Sun 03:00 opened",
        "Sun 03:00 page primary asha email",
        "Sun 03:00 page shadow ben email",
        "Sun 04:00 page second_line chen email",
        "Sun 05:00 page primary asha email",
        "Sun 05:00 page shadow ben email",
        "Sun 06:00 page second_line chen email",
        "Sun 07:00 page primary asha email",
        "Sun 07:00 page shadow ben email",
        "Sun 08:00 page second_line chen email",
        "Sun 09:00 page last_resort cto email",
    ]


def test_a_high_at_night_is_held_and_comes_as_a_digest_in_the_morning(rules: Rules) -> None:
    lines = simulate([high()], rules, london("2026-02-02 22:00"), 13 * HOUR)

    assert told(lines) == [
        "Mon 22:00 opened",
        "Mon 22:00 held",
        "Tue 09:00 digest first_responder eve email",
        "Tue 10:00 post squad payments slack",
        "Tue 11:00 page first_responder eve email",
    ]


def test_what_was_held_for_one_person_is_one_message(rules: Rules) -> None:
    other = an_alert(severity="high", dedup_key="refunds-down", title="Refunds are down")

    lines = simulate([high(), other], rules, london("2026-02-02 22:00"), 11 * HOUR)

    assert told(lines) == [
        *["Mon 22:00 opened", "Mon 22:00 held"] * 2,
        "Tue 09:00 digest first_responder eve email",
    ]
    assert "Payments API is down: held" in lines[-1].reason
    assert "Refunds are down: held" in lines[-1].reason


def test_a_working_hour_is_counted_over_the_evening(rules: Rules) -> None:
    lines = simulate([high()], rules, london("2026-02-02 17:00"), 17 * HOUR)

    assert told(lines) == [
        "Mon 17:00 opened",
        "Mon 17:00 page first_responder eve email",
        "Tue 09:30 post squad payments slack",
    ]


def test_an_unanswered_critical_is_routed_afresh_when_the_hours_change(rules: Rules) -> None:
    lines = simulate([an_alert()], rules, london("2026-02-02 17:15"), HOUR + timedelta(minutes=15))

    assert told(lines) == [
        "Mon 17:15 opened",
        "Mon 17:15 page first_responder eve email",
        "Mon 17:30 page primary asha email",
        "Mon 17:30 page shadow ben email",
        "Mon 17:35 reminder primary asha sms",
        "Mon 18:30 page second_line chen email",
    ]


@pytest.mark.parametrize(
    ("at", "later"),
    [("2026-03-29 00:30", "Sun 02:30"), ("2026-10-25 01:30", "Sun 01:30")],
    ids=["forward", "back"],
)
def test_an_hour_is_sixty_minutes_when_the_clocks_change(at: str, later: str, rules: Rules) -> None:
    lines = simulate([an_alert()], rules, london(at), HOUR)

    assert (lines[-1].at - lines[0].at, told(lines)[-1]) == (HOUR, f"{later} page second_line chen email")


@pytest.mark.parametrize(
    ("at", "wait"),
    [("2026-03-28 12:00", timedelta(hours=44)), ("2026-10-24 12:00", timedelta(hours=46))],
    ids=["forward", "back"],
)
def test_the_morning_is_at_nine_by_the_clock_when_the_clocks_have_changed(
    at: str, wait: timedelta, rules: Rules
) -> None:
    opened, _held, digest = simulate([high()], rules, london(at), wait)

    assert (digest.at - opened.at, told((digest,))) == (wait, ["Mon 09:00 digest first_responder eve email"])


def test_without_a_runbook_it_is_the_squads_bug(rules: Rules) -> None:
    bare = an_alert(runbooks=(), title="Something else")

    opened, post = simulate([bare], rules, london("2026-02-01 03:00"), 72 * HOUR)

    assert told((opened, post)) == ["Sun 03:00 opened", "Sun 03:00 post squad payments slack"]
    assert "critical is not a production alert without one, so it goes to triage" in opened.reason
    assert opened.reason.endswith("in the triage queue of eve, the first responder")


def test_without_a_runbook_it_pages_all_the_same_where_the_rules_say_so(tmp_path: Path) -> None:
    rules = rules_of(tmp_path, RULES.replace("on_missing_runbook: triage", "on_missing_runbook: page"))
    bare = an_alert(runbooks=(), title="Something else")

    lines = simulate([bare], rules, london("2026-02-01 03:00"), timedelta(0))

    assert told(lines) == ["Sun 03:00 opened", "Sun 03:00 page primary asha email", "Sun 03:00 page shadow ben email"]
    assert lines[0].reason.endswith("NO RUNBOOK: paged all the same, as the rules say")


def test_an_empty_place_is_passed_at_once_and_the_reason_says_so(tmp_path: Path) -> None:
    rules = rules_of(tmp_path, RULES.replace("members: [asha]", "members: [eve]"))

    lines = simulate([an_alert()], rules, london("2026-02-01 03:00"), timedelta(0))

    assert told(lines) == [
        "Sun 03:00 opened",
        "Sun 03:00 page shadow ben email",
        "Sun 03:00 page second_line chen email",
    ]
    assert "nobody is primary: nobody in rota primary" in lines[0].reason
    assert "eve (no consent)" in lines[0].reason


def test_nobody_at_all_is_the_last_resort(tmp_path: Path) -> None:
    rules = rules_of(tmp_path, RULES.replace(", on_call_since: 2026-01-01", ""))

    lines = simulate([an_alert()], rules, london("2026-02-01 03:00"), timedelta(0))

    assert told(lines) == ["Sun 03:00 opened", "Sun 03:00 page last_resort cto email"]


def test_every_reason_is_the_sentence_that_the_page_holds(rules: Rules) -> None:
    opened, primary, _ = simulate([an_alert()], rules, london("2026-02-01 03:00"), timedelta(0))

    assert opened.reason == (
        "rule payments (rules.yaml:23); severity critical from the source's own 'critical'; squad payments by the rule"
    )
    assert primary.reason == (
        "new critical alert from alertmanager; asha's week in rota primary, Mon 26 Jan 17:30 to Mon 2 Feb 17:30; "
        "out of hours (office, Sunday); policy critical out of hours, step 1 of 2, pass 1; "
        "rule payments (rules.yaml:23)"
    )


def test_the_shadow_is_not_who_acknowledges(tmp_path: Path) -> None:
    rules = rules_of(tmp_path, RULES.replace("members: [asha]", "members: [eve]"))

    lines = simulate([an_alert()], rules, london("2026-02-01 03:00"), 3 * HOUR, acknowledge_after=timedelta(minutes=1))

    assert told(lines)[-2:] == ["Sun 05:01 stop second_line chen email", "Sun 05:01 park"]


def test_a_resolved_alert_says_so_and_opens_nothing(rules: Rules) -> None:
    over = an_alert(status=AlertStatus.RESOLVED)

    lines = simulate([over], rules, london("2026-02-01 03:00"), 72 * HOUR)

    reason = "Payments API is down is over, and nothing of it was open"
    assert lines == (Line(london("2026-02-01 03:00"), What.RESOLVED, "", "", "", reason),)


def test_alerts_of_one_group_are_one_page(rules: Rules) -> None:
    several = [an_alert(dedup_key=f"node-{n}", group_key="payments") for n in range(50)]

    lines = simulate(several, rules, london("2026-02-03 10:00"), timedelta(0))

    assert told(lines) == ["Tue 10:00 opened", "Tue 10:00 page first_responder eve email"]


def test_a_storm_on_one_person_is_one_message(rules: Rules) -> None:
    several = [an_alert(dedup_key=f"node-{n}") for n in range(6)]

    lines = simulate(several, rules, london("2026-02-03 10:00"), timedelta(0))

    assert told(lines) == [*["Tue 10:00 opened"] * 6, "Tue 10:00 digest first_responder eve email"]


def test_the_same_question_has_the_same_answer(rules: Rules) -> None:
    asked = ([an_alert(), high()], rules, london("2026-02-01 03:00"), 72 * HOUR, timedelta(minutes=10))

    assert simulate(*asked) == simulate(*asked)
