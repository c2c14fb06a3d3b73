"""An alert from create to close by Opsgenie's own Python client, with all that it can do: `URL KEY [AUTHORITY]`."""

import json
import sys
from datetime import UTC, datetime, timedelta

import opsgenie_sdk as og

url, key, *authority = sys.argv[1:]
ALIAS = "x/y zäh"

configuration = og.Configuration()
configuration.host = url
configuration.api_key["Authorization"] = key
if authority:
    configuration.ssl_ca_cert = authority[0]
api = og.AlertApi(og.ApiClient(configuration))
by = {"identifier": ALIAS, "identifier_type": "alias"}
outcome = {}


created = api.create_alert(
    og.CreateAlertPayload(
        message="Payments API is down",
        alias=ALIAS,
        priority="P1",
        tags=["payments"],
        details={"runbook_url": "https://wiki.example.com/payments"},
        responders=[{"name": "payments", "type": "team"}],
    )
)
outcome["created"] = [created.result, api.get_request_status(request_id=created.request_id).data.status]
outcome["polled"] = created.retrieve_result().data.status
api.acknowledge_alert(**by)
api.add_note(add_note_to_alert_payload=og.AddNoteToAlertPayload(note="on it", user="asha"), **by)
api.add_tags(add_tags_to_alert_payload=og.AddTagsToAlertPayload(tags=["night"]), **by)
api.remove_tags(tags=["payments"], **by)
api.add_details(add_details_to_alert_payload=og.AddDetailsToAlertPayload(details={"region": "eu"}), **by)
api.remove_details(keys=["runbook_url"], **by)
api.add_team(add_team_to_alert_payload=og.AddTeamToAlertPayload(team={"name": "glazing"}), **by)
api.add_responder(
    add_responder_to_alert_payload=og.AddResponderToAlertPayload(
        responder={"type": "user", "username": "a@example.com"}
    ),
    **by,
)
api.update_alert_message(update_alert_message_payload=og.UpdateAlertMessagePayload(message="Still down"), **by)
api.update_alert_description(update_alert_description_payload=og.UpdateAlertDescriptionPayload(description="All"), **by)
api.update_alert_priority(update_alert_priority_payload=og.UpdateAlertPriorityPayload(priority="P2"), **by)
api.execute_custom_alert_action(action_name="Restart", **by)
api.escalate_alert(escalate_alert_to_next_payload=og.EscalateAlertToNextPayload(escalation={"name": "night"}), **by)
api.assign_alert(assign_alert_payload=og.AssignAlertPayload(owner={"username": "Ben"}), **by)
end = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=2)
api.snooze_alert(snooze_alert_payload=og.SnoozeAlertPayload(end_time=end), **by)
api.un_acknowledge_alert(**by)
shown = api.get_alert(**by).data
outcome["shown"] = [shown.message, shown.status, shown.priority, shown.tags, shown.details, shown.snoozed]
outcome["by"] = [
    api.get_alert(identifier=shown.id).data.alias,
    api.get_alert(identifier=shown.tiny_id, identifier_type="tiny").data.alias,
]
outcome["listed"] = [one.alias for one in api.list_alerts(query="status: open AND tag: night", limit=5).data]
outcome["counted"] = api.count_alerts(query="tag: night").data.count
api.close_alert(close_alert_payload=og.CloseAlertPayload(user="asha", note="restarted"), **by)
outcome["closed"] = api.get_alert(**by).data.status
met = api.close_alert(identifier="nothing", identifier_type="alias")
outcome["met"] = api.get_request_status(request_id=met.request_id).data.status
try:
    api.assign_alert(assign_alert_payload=og.AssignAlertPayload(owner={"username": "nobody"}), **by)
except Exception as refused:
    outcome["refused"] = [type(refused).__name__, refused.status]
configuration.api_key["Authorization"] = "wrong"
try:
    api.list_alerts()
except Exception as refused:
    outcome["wrong key"] = [type(refused).__name__, refused.status]
outcome["id"] = shown.id
print(json.dumps(outcome))
