"""The rules that the bench runs under: two people are paged at whatever hour, so that no figure depends on it."""

STEP_SECONDS = 10
"""How long after the first page the second step of `soon` follows."""

RULES = """
version: 1
defaults: {timezone: Europe/London, on_missing_runbook: triage, last_resort: cleo}
calendars:
  office: {hours: {mon-fri: "09:00-17:30"}, holidays: GB-ENG}
people:
  asha: {name: Asha, webhook: "RECEIVER", on_call_since: 2026-01-01}
  ben: {name: Ben, webhook: "RECEIVER", on_call_since: 2026-01-01}
  chen: {name: Chen, webhook: "RECEIVER", on_call_since: 2026-01-01}
  cleo: {name: Cleo, webhook: "RECEIVER", engineer: false}
squads:
  payments: {name: Payments, members: [asha, ben]}
rotas:
  first_responder: {rotate: weekly, handover: "mon 09:00", members: [asha]}
  primary: {rotate: weekly, handover: "mon 17:30", members: [asha]}
  shadow: {rotate: weekly, handover: "mon 17:30", members: [ben]}
  second_line: {rotate: weekly, handover: "mon 17:30", members: [chen]}
policies:
  critical:
    in_hours: [{tell: [primary, shadow]}, {after: 1h, tell: [second_line]}]
    out_of_hours: [{tell: [primary, shadow]}, {after: 1h, tell: [second_line]}]
    repeat: 3
  soon:
    in_hours: [{tell: [primary]}, {after: 10s, tell: [second_line]}, {after: 1h, tell: [second_line]}]
    out_of_hours: [{tell: [primary]}, {after: 10s, tell: [second_line]}, {after: 1h, tell: [second_line]}]
  high:
    in_hours: [{tell: [first_responder]}]
    out_of_hours: hold
limits: {storm_window: 0s}
ladders:
  urgent: [{send: [webhook]}, {again: 15m}]
  quiet: [{send: [webhook]}]
sources:
  beside: {type: alertmanager}
rules:
  - {name: not production, match: ['env=~"dev|test|staging"'], severity: triage}
  - {name: each on its own, match: ['alertname="EachOnItsOwn"'], squad: payments, group_by: [dedup_key]}
  - {name: on its own beside, match: ['alertname="OnItsOwnBeside"'], squad: payments, group_by: [dedup_key]}
  - {name: soon again, match: ['alertname="SoonAgain"'], squad: payments, policy: soon, group_by: [dedup_key]}
  - {name: payments, match: ['service="payments"'], squad: payments}
"""

RUNBOOK_FILE = "# Payments API down\n\n## Steps\n\n1. Look at the dashboard.\n"
