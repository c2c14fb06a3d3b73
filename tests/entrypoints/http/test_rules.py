"""Rules and runbooks as loaded; loading them again, and refusing a broken file."""

from pathlib import Path

from tests.entrypoints.http.rig import RULES, Rig, rigged


async def test_the_rules_in_force_are_shown_with_their_places(rig: Rig) -> None:
    shown = (await rig.client.get("/api/v1/rules")).json()

    assert (shown["refusal"], shown["last_resort"], shown["timezone"]) == ([], "cto", "Europe/London")
    assert shown["loaded_at"] == "2026-11-22T03:00:00Z"
    (rule,) = shown["rules"]
    assert (rule["name"], rule["squad"], rule["runbook"]) == ("payments", "payments", "payments-api-down")
    line = int(rule["where"].removeprefix("routing_rules.yaml:"))
    assert "service" in RULES.splitlines()[line - 1]
    critical = next(policy for policy in shown["policies"] if policy["name"] == "critical")
    assert critical["out_of_hours"] == {
        "hold": False,
        "steps": [{"after": "0:00:00", "tell": ["primary", "shadow"]}, {"after": "1:00:00", "tell": ["second_line"]}],
    }
    primary = next(rota for rota in shown["rotas"] if rota["name"] == "primary")
    assert (primary["handover"], primary["timezone"], primary["consent_required"]) == (
        "Monday 17:30",
        "Europe/London",
        True,
    )
    assert shown["calendars"][0]["hours"]["Monday"] == ["09:00-17:30"]
    assert any("people.asha" in warning for warning in shown["warnings"])


async def test_options_of_a_source_that_are_wrong_are_warned_of(tmp_path: Path) -> None:
    sources = """sources:
  boiler: {type: generic, mapping: {title: "]["}}
  freezer: {type: cloudevents, mapping: {titel: name}}
  aws-cloudwatch-sns: {options: {topics: [shop-alarms]}}
"""
    async with rigged(tmp_path, written=RULES.replace("sources:\n", sources)) as rig:
        warnings = (await rig.client.get("/api/v1/rules")).json()["warnings"]

    assert {warning.partition(" ")[2] for warning in warnings if " sources." in warning} == {
        "sources.boiler: mapping.title is not a JMESPath expression of at most 300 characters",
        "sources.freezer: mapping.titel is not a name that can be mapped",
        "sources.aws-cloudwatch-sns: options.topics: 'shop-alarms' is not the ARN of an SNS topic",
    }


async def test_telephone_numbers_and_private_addresses_are_masked(rig: Rig) -> None:
    reply = await rig.client.get("/api/v1/rules")

    methods = {person["id"]: person["methods"] for person in reply.json()["people"]}
    assert {"channel": "sms", "address": "+*********001", "stopped": False} in methods["asha"]
    assert {"channel": "webhook", "address": "https://hooks.example.com/***", "stopped": False} in methods["ben"]
    assert "441632960001" not in reply.text
    assert "secret-path" not in reply.text


async def test_runbooks_are_listed_and_shown(rig: Rig) -> None:
    listed = (await rig.client.get("/api/v1/runbooks")).json()["items"]
    one = await rig.client.get("/api/v1/runbooks/payments-api-down")

    summary = {
        "slug": "payments-api-down",
        "title": "Payments API down",
        "owner": "payments",
        "alerts": [],
        "has_steps": True,
    }
    assert listed == [summary]
    assert one.json() == summary | {"text": one.json()["text"]}
    assert "## Steps" in one.json()["text"]
    assert (await rig.client.get("/api/v1/runbooks/none")).status_code == 404


async def test_a_reload_takes_a_changed_file(rig: Rig) -> None:
    same = (await rig.client.post("/api/v1/rules/reload")).json()
    (rig.folder / "routing_rules.yaml").write_text(RULES + "limits: {storm: 9}\n")

    changed = (await rig.client.post("/api/v1/rules/reload")).json()

    assert (same["changed"], changed["changed"]) == (False, True)
    assert changed["version"] != same["version"]
    assert (await rig.client.get("/api/v1/rules")).json()["version"] == changed["version"]


async def test_a_broken_file_is_refused_visibly_and_the_last_good_one_keeps_paging(rig: Rig) -> None:
    (rig.folder / "routing_rules.yaml").write_text(RULES.replace("squad: payments,", "squad: paymants,"))

    refused = await rig.client.post("/api/v1/rules/reload")

    assert refused.status_code == 422
    assert 'did you mean "payments"?' in refused.json()["detail"]
    shown = (await rig.client.get("/api/v1/rules")).json()
    assert any("paymants" in problem for problem in shown["refusal"])
    ready = await rig.client.get("/readyz")
    assert (ready.status_code, ready.json()["refused"]) == (200, len(shown["refusal"]))
    assert (await rig.incident(await rig.opened()))["squad"] == "payments"
