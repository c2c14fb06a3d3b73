"""What docs/sources.md gives to paste, filled in as its tool would, is read whole and without a remark."""

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest

from app.adapters.sources import SOURCES
from app.domain.alert import Alert, AlertStatus
from tests.contracts.source_rig import a_request, alerts_of

PAGE = (Path(__file__).parents[3] / "docs" / "sources.md").read_text()
FORM = "application/x-www-form-urlencoded"
ICINGA_FIELD = re.compile(r'"--data-urlencode", "([^"]+)"')


def blocks(heading: str) -> list[str]:
    """The fenced blocks under a heading of the page."""
    section = PAGE.partition(f"\n### {heading}\n")[2].partition("\n##")[0]
    found: list[str] = re.findall(r"```\w+\n(.*?)```", section, re.DOTALL)
    return found


def filled(template: str, variables: dict[str, str]) -> str:
    """The template with each variable's value in its place, and nothing for those that have none."""
    for name in sorted(variables, key=len, reverse=True):
        template = template.replace(name, variables[name])
    return re.sub(r"\{\{[\w.]+\}\}|\{[A-Z][A-Z.]+\}|\$[A-Z_]+\$|\$[a-z._]+\$", "", template)


def elastic(group: str) -> Alert:
    variables = {
        "{{rule.id}}": "r-1",
        "{{rule.name}}": "Queue is long",
        "{{rule.tags}}": "squad:depot,runbook:queue",
        "{{rule.url}}": "https://kibana.example.net/r-1",
        "{{alert.id}}": "q-4",
        "{{alert.actionGroup}}": group,
        "{{alert.flapping}}": "false",
        "{{context.reason}}": "91,000 wait",
        "{{date}}": "2026-06-14T02:11:08Z",
    }
    (alert,) = alerts_of(SOURCES["elastic-kibana"], a_request(filled(blocks("Elastic")[0], variables)))
    return alert


def zabbix(value: str) -> Alert:
    variables = {
        "{EVENT.ID}": "88123",
        "{EVENT.VALUE}": value,
        "{EVENT.NAME}": "Link is down",
        "{EVENT.SEVERITY}": "High",
        "{EVENT.TAGSJSON}": '[{"tag":"squad","value":"depot"},{"tag":"runbook","value":"queue"}]',
        "{HOST.NAME}": "sw-2",
    }
    parameters = dict(line.split(None, 1) for line in blocks("Zabbix")[0].splitlines())
    sent = {name: filled(text, variables) for name, text in parameters.items() if name not in ("url", "token")}
    (alert,) = alerts_of(SOURCES["zabbix"], a_request(json.dumps(sent)))
    return alert


def nagios(kind: str) -> Alert:
    variables = {
        "$NOTIFICATIONTYPE$": kind,
        "$HOSTNAME$": "press-2",
        "$HOSTSTATE$": "UP",
        "$SERVICEDESC$": "Oil",
        "$SERVICESTATE$": "OK" if kind == "RECOVERY" else "CRITICAL",
        "$SERVICEOUTPUT$": "1.2 bar & falling",
        "$SERVICENOTESURL$": "https://wiki.example.net/oil",
        "$HOSTGROUPNAMES$": "presses",
    }
    words = shlex.split(blocks("Nagios")[0].partition("command_line")[2].partition("}")[0].replace("\\\n", " "))
    given = [words[place + 1] for place, word in enumerate(words) if word == "--data-urlencode"]
    return as_form("nagios", [filled(one, variables) for one in given])


def icinga(kind: str) -> Alert:
    variables = {
        "$notification.type$": kind,
        "$host.name$": "oven-1",
        "$service.name$": "heat",
        "$service.state$": "OK" if kind == "RECOVERY" else "CRITICAL",
        "$service.output$": "310 °C",
        "$service.notes_url$": "https://wiki.example.net/heat",
    }
    shared, rest = blocks("Icinga 2")[0].split("object NotificationCommand", 1)
    service = rest.partition('"oncall-router-service"')[2]
    given = ICINGA_FIELD.findall(shared) + ICINGA_FIELD.findall(service)
    return as_form("icinga2", [filled(one, variables) for one in given])


def healthchecks(status: str) -> Alert:
    check = {"name": 'Night "ledger" run', "tags": "squad:depot", "desc": "runbook: queue", "status": status}
    variables = {
        "$CODE": "0b6a9c1e-77aa-4f00-9a11-5c5c5c5c5c5c",
        "$STATUS": status,
        "$NOW": "2026-06-14T02:11:08+00:00",
        "$JSON": json.dumps(check),
        "$BODY_JSON": json.dumps('disk "a" is full'),
        "$EXITSTATUS": "3",
    }
    (alert,) = alerts_of(SOURCES["healthchecks"], a_request(filled(blocks("Healthchecks")[0], variables)))
    return alert


def as_form(tool: str, given: list[str]) -> Alert:
    body = urlencode(dict(one.split("=", 1) for one in given))
    (alert,) = alerts_of(SOURCES[tool], a_request(body, content_type=FORM))
    return alert


@pytest.mark.parametrize(
    ("send", "bad", "good"),
    [
        (elastic, "threshold met", "recovered"),
        (zabbix, "1", "0"),
        (nagios, "PROBLEM", "RECOVERY"),
        (icinga, "PROBLEM", "RECOVERY"),
        (healthchecks, "down", "up"),
    ],
)
def test_a_problem_and_its_end_are_read_whole(send: Callable[[str], Alert], bad: str, good: str) -> None:
    problem, end = send(bad), send(good)

    assert (problem.status, end.status) == (AlertStatus.FIRING, AlertStatus.RESOLVED)
    assert problem.dedup_key == end.dedup_key
    assert problem.flags == end.flags == ()
    assert problem.runbooks
    assert problem.labels


def test_severities_of_the_templates_are_mapped() -> None:
    for send, said in ((elastic, "high"), (zabbix, "1"), (nagios, "PROBLEM"), (icinga, "PROBLEM")):
        alert = send(said)
        assert alert.value("severity").lower() in SOURCES[alert.source_type].severities
