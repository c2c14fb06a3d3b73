"""The simulation and the whole service, each asked the same on a virtual clock, say the same."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from app.adapters.sources.alertmanager import Alertmanager
from app.service.simulate import simulate
from app.service.source_ports import Alerts, Request
from tests.stories.stage import LONDON, Stage, alert, london, stage

SPAN = timedelta(hours=40)


@pytest.mark.parametrize(
    ("severity", "at"),
    [("critical", "2026-11-22 03:00"), ("high", "2026-11-24 16:45"), ("high", "2026-10-24 22:00")],
)
async def test_the_simulation_says_what_the_service_does(at: str, severity: str, tmp_path: Path) -> None:
    async with stage(tmp_path, at) as story:
        sent = alert(severity=severity)

        await story.fire(sent)
        await story.go_to(f"{(london(at) + SPAN).astimezone(LONDON):%Y-%m-%d %H:%M}")

        assert _simulated(story, sent, at) == [(at, message.address) for at, message in story.channel.got]


def _simulated(story: Stage, sent: dict[str, object], at: str) -> list[tuple[object, str]]:
    """When each address would get something on the channel that the story has."""
    rules = story.application.in_force.rules
    body = json.dumps({"version": "4", "groupKey": "g1", "status": "firing", "alerts": [sent]}).encode()
    request = Request("POST", "/webhooks/alertmanager", {}, {}, body, london(at))
    parsed = Alertmanager().parse(request, rules.sources["alertmanager"])
    assert isinstance(parsed, Alerts)
    lines = simulate(parsed.alerts, rules, london(at), SPAN)
    return [(line.at, f"{line.person}@example.com") for line in lines if line.channel == "email"]
