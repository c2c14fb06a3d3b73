"""Who may: every route is held against what its signature states, and none is forgotten."""

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from app.adapters.sources import SOURCES
from app.entrypoints.web.page_route import PageRoute
from app.service.tokens import Scope
from tests.entrypoints.http.opsgenie.genie import NEEDS as OPSGENIE_NEEDS
from tests.entrypoints.http.rig import Rig

PAY = "pay"
READ = "read"
RESPOND = "respond"
MANAGE = "manage"

NEEDS: dict[tuple[str, str], str] = {
    ("GET", "/api/v1/incidents"): READ,
    ("GET", "/api/v1/incidents/{id}"): READ,
    ("GET", "/api/v1/incidents/{id}/timeline"): READ,
    ("GET", "/api/v1/incidents/{id}/notifications"): READ,
    ("GET", "/api/v1/incidents/{id}/alerts"): READ,
    ("POST", "/api/v1/incidents"): RESPOND,
    **{
        ("POST", f"/api/v1/incidents/{{id}}/{action}"): RESPOND
        for action in (
            "acknowledge",
            "unacknowledge",
            "resolve",
            "snooze",
            "reassign",
            "escalate",
            "second-line",
            "park",
            "note",
            "tag",
            "hand",
            "promote",
            "mute",
            "call",
            "ticket",
        )
    },
    ("GET", "/api/v1/triage"): READ,
    ("GET", "/api/v1/oncall"): READ,
    ("GET", "/api/v1/rotas/needs-cover"): READ,
    ("GET", "/api/v1/people/readiness"): READ,
    ("POST", "/api/v1/people/{id}/test-page"): RESPOND,
    ("GET", "/api/v1/test-pages/{id}"): READ,
    ("GET", "/api/v1/rotas/{rota}/shifts"): READ,
    ("GET", "/api/v1/rotas/{rota}/debts"): READ,
    **{("GET", f"/api/v1/rotas/{name}"): READ for name in ("gaps", "fairness")},
    **{("GET", f"/api/v1/rotas/{{rota}}/{name}"): READ for name in ("places", "calendar.ics")},
    ("POST", "/api/v1/rotas/{rota}/import"): RESPOND,
    ("GET", "/api/v1/calendars/{kind}/{name}"): READ,
    ("POST", "/api/v1/calendars/{kind}/{name}/renew"): READ,
    ("GET", "/api/v1/covers"): READ,
    ("GET", "/api/v1/covers/{id}"): READ,
    ("POST", "/api/v1/covers"): RESPOND,
    ("POST", "/api/v1/covers/swap"): RESPOND,
    ("POST", "/api/v1/covers/{id}/withdraw"): RESPOND,
    ("GET", "/api/v1/cover-offers"): READ,
    ("POST", "/api/v1/cover-offers"): RESPOND,
    ("POST", "/api/v1/cover-offers/{id}/accept"): RESPOND,
    ("POST", "/api/v1/cover-offers/{id}/withdraw"): RESPOND,
    ("GET", "/api/v1/consents"): READ,
    ("POST", "/api/v1/consents"): RESPOND,
    ("POST", "/api/v1/consents/withdraw"): RESPOND,
    ("GET", "/api/v1/opt-outs"): READ,
    ("POST", "/api/v1/opt-outs"): RESPOND,
    ("POST", "/api/v1/opt-outs/{id}/withdraw"): RESPOND,
    ("GET", "/api/v1/shadowings"): READ,
    ("POST", "/api/v1/shadowings"): RESPOND,
    ("POST", "/api/v1/shadowings/{id}/ready"): RESPOND,
    ("GET", "/api/v1/silences"): READ,
    ("GET", "/api/v1/silences/{id}"): READ,
    ("POST", "/api/v1/silences"): RESPOND,
    ("POST", "/api/v1/silences/{id}/end"): RESPOND,
    ("GET", "/api/v1/postmortems"): READ,
    ("POST", "/api/v1/postmortems"): RESPOND,
    ("GET", "/api/v1/postmortems/{id}"): READ,
    ("GET", "/api/v1/postmortems/{id}/markdown"): READ,
    ("GET", "/api/v1/postmortems/{id}/versions"): READ,
    ("GET", "/api/v1/postmortems/{id}/versions/{number}"): READ,
    **{
        ("POST", f"/api/v1/postmortems/{{id}}/{change}"): RESPOND
        for change in ("edit", "import", "review", "publish", "rework", "actions")
    },
    ("GET", "/api/v1/actions"): READ,
    ("POST", "/api/v1/actions/{id}"): RESPOND,
    ("GET", "/api/v1/runbook-debts"): READ,
    ("POST", "/api/v1/runbook-debts/{id}/settle"): RESPOND,
    ("GET", "/api/v1/rules"): READ,
    ("GET", "/api/v1/replicas"): READ,
    ("GET", "/api/v1/heartbeats"): READ,
    ("POST", "/api/v1/rules/reload"): MANAGE,
    ("GET", "/api/v1/runbooks"): READ,
    ("GET", "/api/v1/runbooks/{slug}"): READ,
    ("GET", "/api/v1/quarantine"): MANAGE,
    ("GET", "/api/v1/quarantine/{id}"): MANAGE,
    ("POST", "/api/v1/quarantine/replay"): MANAGE,
    ("POST", "/api/v1/quarantine/{id}/replay"): MANAGE,
    ("DELETE", "/api/v1/quarantine/{id}"): MANAGE,
    ("GET", "/api/v1/tokens"): MANAGE,
    ("POST", "/api/v1/tokens"): MANAGE,
    ("DELETE", "/api/v1/tokens/{id}"): MANAGE,
    ("POST", "/api/v1/sign-in-links"): MANAGE,
    ("GET", "/api/v1/audit"): MANAGE,
    ("GET", "/api/v1/self-audit"): READ,
    **{("GET", f"/api/v1/pay{part}"): PAY for part in ("", "/lines.csv", "/totals.csv")},
    **{("POST", f"/api/v1/pay/{what}"): PAY for what in ("choices", "hours")},
    **{("GET", f"/api/v1/reports{part}"): READ for part in ("", "/{table}.csv", "/{plot}.svg")},
}
OPEN = {
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
}
WITH_PROOFS_OF_THEIR_OWN = {
    ("POST", "/webhooks/{source}"),
    ("GET", "/webhooks/{source}"),
    ("OPTIONS", "/webhooks/{source}"),
    ("POST", "/v2/enqueue"),
    ("POST", "/v2/change/enqueue"),
    *((method, "/heartbeats/{name}") for method in ("GET", "POST", "PUT", "HEAD")),
    *((method, "/heartbeats/{name}/fail") for method in ("GET", "POST", "PUT", "HEAD")),
    *((method, "/v2/heartbeats/{name:path}/ping") for method in ("GET", "POST", "PUT", "PATCH")),
    ("POST", "/api/v2/alerts"),
    *OPSGENIE_NEEDS,
    ("POST", "/twilio/sms"),
    ("POST", "/twilio/voice/{token}"),
    ("POST", "/twilio/status/{token}"),
    ("GET", "/a/{token}"),
    ("HEAD", "/a/{token}"),
    ("POST", "/a/{token}/{action}"),
    *((method, "/t/{token}") for method in ("GET", "HEAD", "POST")),
    ("GET", "/ical/{secret}/{kind}/{file}"),
    ("POST", "/slack/interactions"),
    ("POST", "/slack/commands"),
    ("POST", "/slack/events"),
}
ENOUGH = {READ: {READ, MANAGE}, RESPOND: {RESPOND, MANAGE}, MANAGE: {MANAGE}, PAY: {PAY}}


def routes(rig: Rig) -> set[tuple[str, str]]:
    """Method and path of everything that is served, but for the document, the pages of those who are signed in, and the
    files of these."""
    found = [route for route in iter_route_contexts(rig.app.routes) if isinstance(route.original_route, APIRoute)]
    others = [route for route in found if type(route.original_route) is not PageRoute]
    named = {(method, str(route.path)) for route in others for method in route.methods or ()}
    return {(method, path) for method, path in named if not path.startswith("/static/")}


async def test_the_table_names_every_route(rig: Rig) -> None:
    assert routes(rig) == {*NEEDS, *OPEN, *WITH_PROOFS_OF_THEIR_OWN}


@pytest.mark.parametrize("value", [b"", b"Bearer nonsense", b"Bearer", b"Basic YTpi", b"Bearer \xff"])
async def test_without_a_good_token_every_route_is_401(rig: Rig, value: bytes) -> None:
    for method, path in NEEDS:
        reply = await rig.client.request(method, path, headers={b"authorization": value})

        assert reply.status_code == 401, (method, path, reply.text)
        assert reply.headers["www-authenticate"] == 'Bearer realm="oncall-router"'


@pytest.mark.parametrize("scope", Scope)
async def test_a_scope_opens_what_it_should_and_nothing_else(rig: Rig, scope: Scope) -> None:
    header = await rig.token(scope)

    for (method, path), needed in NEEDS.items():
        reply = await rig.client.request(method, path, headers=header)
        assert (reply.status_code != 403) == (scope.value in ENOUGH[needed]), (method, path, reply.text)


async def test_probes_and_figures_are_open_to_read(rig: Rig) -> None:
    for method, path in OPEN:
        assert (await rig.client.request(method, path, headers={"authorization": ""})).status_code == 200


async def test_a_webhook_without_a_proof_is_401(rig: Rig) -> None:
    for headers in (
        {"authorization": ""},
        {"authorization": "Bearer wrong"},
        {"authorization": "Basic d3Jvbmc6d3Jvbmc="},
    ):
        for source in SOURCES:
            reply = await rig.client.post(f"/webhooks/{source}?token=wrong", content=b"{}", headers=headers)
            assert reply.status_code == 401, reply.text


async def test_a_revoked_token_is_refused_at_once(rig: Rig) -> None:
    header = await rig.token(Scope.READ)
    assert (await rig.client.get("/api/v1/incidents", headers=header)).status_code == 200
    (listed,) = (await rig.client.get("/api/v1/tokens")).json()["items"]

    await rig.client.delete(f"/api/v1/tokens/{listed['id']}")

    assert (await rig.client.get("/api/v1/incidents", headers=header)).status_code == 401
