"""Settings turn channels on, and what the rules may name is there."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest
from pytest_httpserver import HTTPServer

from app import wired_channels
from app.adapters.outbound_http import OutboundHttp
from app.adapters.rules_yaml.forms import ChannelName
from app.config import Settings
from app.domain.errors import AppError
from app.domain.notification import Rejected
from app.wired_channels import call_rooms, configured_channels
from app.wired_rules import read_rules
from tests.contracts.channel_rig import FixedClock, a_page

CLOCK = FixedClock(datetime(2026, 7, 5, 2, 5, tzinfo=UTC))
ON_BY_SETTING = {
    "smtp_url": "smtp://mail.example.com",
    "slack_token": "xoxb-1",
    "webhook_secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "ntfy_url": "https://ntfy.example.com",
    "pushover_token": "ak3Vw8pQzk3Vw8pQzk3Vw8pQz12yUi",
    "telegram_token": "1:a",
    "console": "on",
}
BY_ADDRESS = {"teams", "discord", "pagerduty", "opsgenie", "apprise"}
STANDS_FOR_OTHERS = {"push"}
OF_TWILIO = {"sms", "voice"}


@pytest.fixture
async def http() -> AsyncIterator[OutboundHttp]:
    http = OutboundHttp()
    yield http
    await http.aclose()


def test_each_channel_that_a_ladder_may_name_can_be_set_up_and_goes_by_its_name(http: OutboundHttp) -> None:
    found = configured_channels(Settings(**ON_BY_SETTING), http, CLOCK)

    assert set(found) == set(get_args(ChannelName)) - STANDS_FOR_OTHERS - OF_TWILIO
    assert {name: channel.name for name, channel in found.items()} == {name: name for name in found}


def test_without_settings_pages_are_on_the_console_and_wherever_an_address_is_enough(http: OutboundHttp) -> None:
    assert set(configured_channels(Settings(), http, CLOCK)) == BY_ADDRESS | {"console"}
    assert set(configured_channels(Settings(ntfy_url="https://ntfy.example.com"), http, CLOCK)) == BY_ADDRESS | {"ntfy"}


TRACKERS = {
    "github_token": "github_pat_1",
    "jira_url": "https://example.atlassian.net",
    "jira_email": "oncall@example.com",
    "jira_token": "ATATT1",
    "linear_token": "lin_api_1",
}


def test_trackers_are_on_by_their_tokens_and_reach_nobody(http: OutboundHttp) -> None:
    found = configured_channels(Settings(**TRACKERS), http, CLOCK)

    assert set(found) - BY_ADDRESS == {"github", "jira", "linear", "console"}
    assert {name: channel.name for name, channel in found.items()} == {name: name for name in found}


@pytest.mark.parametrize("missing", ["jira_url", "jira_email"])
def test_half_of_jira_is_refused(http: OutboundHttp, missing: str) -> None:
    with pytest.raises(AppError, match="ONCALL_JIRA_TOKEN needs ONCALL_JIRA_URL and ONCALL_JIRA_EMAIL too"):
        configured_channels(Settings(**TRACKERS | {missing: ""}), http, CLOCK)


def test_calls_are_started_at_zoom_when_all_of_it_is_set(http: OutboundHttp) -> None:
    whole = {"zoom_account_id": "a", "zoom_client_id": "b", "zoom_client_secret": "c"}

    assert call_rooms(Settings(), http, CLOCK) is None
    assert call_rooms(Settings(**whole), http, CLOCK) is not None
    for missing in whole:
        with pytest.raises(AppError, match="Zoom needs ONCALL_ZOOM_ACCOUNT_ID"):
            call_rooms(Settings(**whole | {missing: ""}), http, CLOCK)


@pytest.mark.server
@pytest.mark.parametrize(
    ("channel", "path"),
    [
        ("ntfy", "/"),
        ("pushover", "/1/messages.json"),
        ("telegram", "/bot1:a/sendMessage"),
        ("pagerduty", "/v2/enqueue"),
        ("opsgenie", "/v2/alerts"),
    ],
)
async def test_an_api_is_where_its_setting_says(
    http: OutboundHttp, httpserver: HTTPServer, channel: str, path: str
) -> None:
    httpserver.expect_request(path, method="POST").respond_with_data(status=410)
    names = ("ntfy_url", "pushover_api_url", "telegram_api_url", "pagerduty_api_url", "opsgenie_api_url")
    settings = Settings(**ON_BY_SETTING | {name: httpserver.url_for("/") for name in names})

    outcome = await configured_channels(settings, http, CLOCK)[channel].send(a_page("x"))

    assert isinstance(outcome, Rejected)
    assert outcome.reason == f"{channel} answered 410"


@pytest.mark.parametrize("installed", [False, True])
def test_whoever_is_told_by_apprise_is_named_where_it_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: bool
) -> None:
    rules = tmp_path / "routing_rules.yaml"
    rules.write_text(
        "version: 1\n"
        "defaults: {on_missing_runbook: page, last_resort: eve}\n"
        'people: {eve: {email: eve@example.com, apprise: "matrix://s3cr3t@matrix.example.com/#eve"}}\n'
    )
    monkeypatch.setattr(wired_channels, "IS_INSTALLED", installed)

    warnings = tuple(map(str, read_rules(Settings(rules=rules, runbooks=tmp_path)).warnings))

    said = (
        "routing_rules.yaml:3 people.eve: is told by apprise, which is not installed; "
        "install it: pip install 'oncall-router[apprise]'"
    )
    assert warnings == (() if installed else (said,))
