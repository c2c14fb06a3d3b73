"""Examples for the OpenAPI document; a test holds each against its model."""

from collections.abc import Mapping
from typing import Any

from pydantic import ConfigDict


def exemplified(example: Mapping[str, Any]) -> ConfigDict:
    """A model's configuration that shows this example in the document."""
    return ConfigDict(json_schema_extra={"example": dict(example)})


_ID = "06bf80f9c0000001"

INCIDENT = {
    "id": _ID,
    "status": "triggered",
    "severity": "critical",
    "title": "Payments API is down",
    "description": "No request has succeeded for five minutes.",
    "source": "alertmanager",
    "dedup_key": "payments-api-down",
    "squad": "payments",
    "rule": "payments",
    "runbook": "payments-api-down",
    "calendar": "office",
    "policy": "critical",
    "rules_version": "5f2c9a1b",
    "count": 3,
    "alerts": 1,
    "firing": 1,
    "opened_at": "2026-11-22T03:00:00Z",
    "updated_at": "2026-11-22T03:04:00Z",
    "acknowledged_at": None,
    "acknowledged_by": None,
    "holder_role": "",
    "resolved_at": None,
    "resolved_by": None,
    "due_at": "2026-11-22T04:00:00Z",
    "timers": {"escalate": "2026-11-22T04:00:00Z"},
    "marks": [],
    "suppression": None,
    "reasons": ["rule payments (routing_rules.yaml:41)", "severity critical by the rule"],
    "tickets": [{"squad": "payments", "url": "https://github.com/example/payments/issues/7"}],
    "call": "https://meet.example.com/payments",
}

ENTRY = {
    "at": "2026-11-22T03:02:10Z",
    "what": "acknowledged",
    "text": "asha has it",
    "who": "asha",
    "channel": "link",
}

ALERT = {
    "key": "a/alertmanager/payments-api-down",
    "firing": True,
    "severity": "critical",
    "seen_at": "2026-11-22T03:04:00Z",
    "source": "alertmanager",
    "dedup_key": "payments-api-down",
    "status": "firing",
    "title": "Payments API is down",
    "description": "",
    "labels": {"alertname": "PaymentsApiDown", "service": "payments"},
    "annotations": {"summary": "Payments API is down"},
    "links": [{"href": "https://prometheus.example.com/graph", "text": "source"}],
    "runbooks": ["payments-api-down"],
    "started_at": "2026-11-22T02:59:30Z",
    "ended_at": None,
    "flags": [],
    "raw": '{"status":"firing"}',
}

NOTIFICATION = {
    "key": f"{_ID}/1/1/0/asha",
    "kind": "page",
    "reader": "asha",
    "squad": False,
    "role": "primary",
    "why": {
        "sentence": "asha's week in rota primary, Mon 16 Nov 17:30 to Mon 23 Nov 17:30; out of hours (office, Sunday)",
        "role": "primary",
        "rota": "asha's week in rota primary, Mon 16 Nov 17:30 to Mon 23 Nov 17:30",
        "rule": "",
        "calendar": "out of hours (office, Sunday)",
        "policy": "",
        "cause": "",
        "rules_version": "5f2c9a1b",
    },
    "created_at": "2026-11-22T03:00:00Z",
    "due_at": "2026-11-22T03:15:00Z",
    "state": "live",
    "ended": "",
    "sends": [
        {
            "channel": "slack",
            "address": "U0123",
            "due_at": "2026-11-22T03:00:00Z",
            "state": "sent",
            "attempts": 2,
            "round": 1,
            "at": "2026-11-22T03:00:07Z",
            "reason": "",
            "reference": "1700000000.000100",
            "gathered_until": None,
            "receipt_by": None,
            "earlier": [{"at": "2026-11-22T03:00:00Z", "reason": "slack answered 503"}],
        }
    ],
}

ON_CALL = {
    "at": "2026-11-22T03:00:00Z",
    "items": [
        {
            "rota": "primary",
            "person": "asha",
            "name": "Asha",
            "since": "2026-11-16T17:30:00Z",
            "until": "2026-11-23T17:30:00Z",
            "why": "asha's week in rota primary, Mon 16 Nov 17:30 to Mon 23 Nov 17:30",
        }
    ],
}

RUNBOOK = {
    "slug": "payments-api-down",
    "title": "Payments API down",
    "owner": "payments",
    "alerts": ["PaymentsApiDown"],
    "has_steps": True,
}

RULES = {
    "version": "5f2c9a1b",
    "loaded_at": "2026-11-22T02:00:00Z",
    "refusal": ['routing_rules.yaml:41 rota "primry" is not defined (did you mean "primary"?)'],
    "warnings": ["routing_rules.yaml:9 people.chen: has no contact method but the console"],
    "timezone": "Europe/London",
    "on_missing_runbook": "triage",
    "last_resort": "cto",
    "default_calendar": "office",
    "people": [
        {
            "id": "asha",
            "name": "Asha",
            "methods": [{"channel": "sms", "address": "+*********001", "stopped": False}],
            "on_call_since": "2026-01-05",
            "on_call_until": None,
            "engineer": True,
        }
    ],
    "squads": [
        {
            "id": "payments",
            "name": "Payments",
            "members": ["asha"],
            "post": [{"channel": "slack", "address": "#squad-payments"}],
            "calendar": "",
            "tickets": {"channel": "github", "address": "example/payments"},
            "call_room": "https://meet.example.com/payments",
        }
    ],
    "rotas": [
        {
            "name": "primary",
            "timezone": "Europe/London",
            "members": ["asha"],
            "opted_out": [],
            "starts": "2026-01-05",
            "ends": None,
            "handover": "Monday 17:30",
            "weeks": 1,
            "consent_required": True,
            "shadowing": False,
        }
    ],
    "policies": [
        {
            "name": "critical",
            "urgency": "urgent",
            "repeat": 3,
            "in_hours": {"hold": False, "steps": [{"after": "0:00:00", "tell": ["first_responder"]}]},
            "out_of_hours": {"hold": False, "steps": [{"after": "0:00:00", "tell": ["primary", "shadow"]}]},
        }
    ],
    "calendars": [
        {
            "name": "office",
            "timezone": "Europe/London",
            "hours": {"Monday": ["09:00-17:30"]},
            "closed": {"2026-12-24": "closed"},
            "opened": {},
        }
    ],
    "rules": [
        {
            "name": "payments",
            "where": "routing_rules.yaml:41",
            "matchers": ['service="payments"'],
            "severity": "critical",
            "squad": "payments",
            "squad_from": None,
            "runbook": "payments-api-down",
            "policy": None,
            "calendar": None,
            "on_missing_runbook": None,
            "group_by": [],
            "resolve_with_source": True,
        }
    ],
}
