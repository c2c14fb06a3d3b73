"""All that can be done to one alert, as a table: what Opsgenie calls it, and how its body is read."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from app.adapters.sources.body import clean
from app.entrypoints.http.assembled import App
from app.entrypoints.http.opsgenie import deeds, documented
from app.entrypoints.http.opsgenie.deeds import Deed, Said
from app.entrypoints.http.opsgenie.face import ALERTS, face_of
from app.entrypoints.http.opsgenie.naming import Identifier, IdentifierType, accepted, decoded, desk_of, name_of
from app.entrypoints.http.opsgenie.route import Acting, OpsgenieRoute, fields_of, sent
from app.service.opsgenie.alerts import By
from app.service.opsgenie.desk import Asked

router = APIRouter(prefix=ALERTS, tags=["drop-in"], route_class=OpsgenieRoute)


@dataclass(frozen=True, slots=True)
class Offered:
    """One action of the table: what Opsgenie calls it, and how its body is read."""

    action: str
    read: Callable[[Said], Deed]
    summary: str
    example: Mapping[str, object]


ACTIONS: dict[tuple[str, str], Offered] = {
    ("POST", "/unacknowledge"): Offered("UnAcknowledge", deeds.unacknowledge, "give it back", {}),
    ("POST", "/snooze"): Offered("Snooze", deeds.snooze, "quiet until", {"endTime": "2026-11-23T09:00:00Z"}),
    ("POST", "/escalate"): Offered("EscalateToNext", deeds.escalate, "next step", {"escalation": {"name": "night"}}),
    ("POST", "/assign"): Offered(
        "Assign", deeds.assign, "give it to somebody", {"owner": {"username": "asha@example.com"}}
    ),
    ("POST", "/notes"): Offered("AddNote", deeds.note, "a note", {"note": "Failed over; watching."}),
    ("POST", "/tags"): Offered("AddTags", deeds.add_tags, "add tags", {"tags": ["database"]}),
    ("DELETE", "/tags"): Offered("RemoveTags", deeds.drop_tags, "take tags away, `?tags=a,b`", {}),
    ("POST", "/details"): Offered("AddDetails", deeds.add_details, "add details", {"details": {"region": "eu"}}),
    ("DELETE", "/details"): Offered("RemoveDetails", deeds.drop_details, "take details away, `?keys=a,b`", {}),
    ("POST", "/responders"): Offered(
        "AddResponder", deeds.add_responder, "written down", {"responder": {"type": "team", "name": "payments"}}
    ),
    ("POST", "/teams"): Offered("AddTeam", deeds.add_team, "written down", {"team": {"name": "payments"}}),
    ("PUT", "/message"): Offered(
        "UpdateMessage", deeds.set_message, "another message", {"message": "Payments are slow"}
    ),
    ("PUT", "/description"): Offered(
        "UpdateDescription", deeds.set_description, "another description", {"description": "Since the deployment"}
    ),
    ("PUT", "/priority"): Offered("UpdatePriority", deeds.set_priority, "a worse one pages", {"priority": "P1"}),
    ("POST", "/actions/{actionName}"): Offered("ExecuteCustomAction", deeds.custom_action, "written down", {}),
    ("DELETE", ""): Offered("Delete", deeds.delete, "written down", {}),
}


def _doing(offered: Offered) -> Callable[..., Awaitable[Response]]:
    async def act(
        request: Request,
        application: App,
        instance: Acting,
        identifier: Identifier,
        identifier_type: IdentifierType = By.ID,
    ) -> Response:
        plain = await sent(request)
        said = Said(
            fields_of(plain),
            clean(plain.query, "the query"),
            application.in_force.rules,
            plain.received_at,
            face_of(request).may_stop,
        )
        deed = offered.read(said)
        name = decoded(request.path_params.get("actionName", ""), "actionName")
        asked = Asked(
            id=face_of(request).id,
            named=name_of(instance, identifier, identifier_type),
            action=offered.action,
            said=f"{deed.said}: {name}" if name else deed.said,
            remark=said.remark(),
            deed=deed.act,
            change=deed.change,
        )
        desk = desk_of(application)
        await (desk.set_priority(asked, deed.priority) if deed.priority else desk.act(asked))
        return accepted(request)

    return act


for (_method, _path), _offered in ACTIONS.items():
    router.add_api_route(
        f"/{{identifier}}{_path}",
        _doing(_offered),
        methods=[_method],
        name=f"opsgenie_{_offered.action.lower()}",
        summary=f"Opsgenie Alert API: {_offered.action}: {_offered.summary}",
        **documented.acting(_offered.example if _method != "DELETE" else None, "actionName" in _path),
    )
