"""Rules of a small office, for tests that ask about its rotas and not about alerts."""

from app.domain.ruleset import Rules
from tests.stories.town import town_rules

OFFICE = """
version: 1
defaults: {timezone: Europe/London, on_missing_runbook: triage, last_resort: eve}
calendars:
  office: {hours: {mon-fri: "09:00-17:30"}, holidays: GB-ENG, closed: [2026-12-24]}
people:
  asha: {name: Asha, email: asha@example.com, on_call_since: 2026-01-05}
  ben: {name: Ben, email: ben@example.com, on_call_since: 2026-01-05}
  chen: {name: Chen, email: chen@example.com, on_call_since: 2026-01-05}
  dee: {name: Dee, email: dee@example.com}
  eve: {name: Eve, email: eve@example.com, engineer: false}
squads:
  payments: {name: Payments, email: payments@example.com, members: [asha, ben]}
rotas:
  first_responder: {rotate: weekly, handover: "mon 09:00", starts: 2026-01-05, members: all}
  primary: {rotate: weekly, handover: "mon 17:30", starts: 2026-01-05, members: [asha, ben, chen]}
  second_line: {rotate: weekly, handover: "mon 17:30", starts: 2026-01-05, members: [ben, chen, asha]}
policies:
  critical:
    in_hours: [{tell: [first_responder]}]
    out_of_hours: [{tell: [primary]}, {after: 1h, tell: [second_line]}]
  high:
    in_hours: [{tell: [first_responder]}]
    out_of_hours: hold
rules: []
"""


def office_rules(old: str = "", new: str = "") -> Rules:
    """The office's rules with one text in their file put in place of another, which it must hold."""
    assert old in OFFICE
    return town_rules(OFFICE.replace(old, new) if old else OFFICE)
