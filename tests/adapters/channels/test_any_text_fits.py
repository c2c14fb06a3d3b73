"""No text of any kind or length makes a request that the provider's pages do not describe."""

from collections.abc import Callable

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.adapters.channels import discord, ntfy, opsgenie, pagerduty, pushover, teams, telegram
from app.domain.message import Item, Message
from tests.adapters.channels import (
    test_discord,
    test_ntfy,
    test_opsgenie_forwarding,
    test_pagerduty_forwarding,
    test_pushover,
    test_teams,
    test_telegram,
)
from tests.adapters.channels.strict_vendor import Body
from tests.contracts.channel_rig import a_page, an_item

Payload = Callable[[Message], object]

REQUESTS: dict[str, tuple[Body, str, Payload]] = {
    "discord": (test_discord.SCHEMA, "https://discord.com/api/webhooks/1/x", discord._payload),
    "ntfy": (test_ntfy.SCHEMA, test_ntfy.TOPIC, ntfy._payload),
    "opsgenie": (
        test_opsgenie_forwarding.SCHEMA,
        test_opsgenie_forwarding.KEY,
        lambda message: opsgenie._alert(message, "alias"),
    ),
    "pagerduty": (test_pagerduty_forwarding.TRIGGER, test_pagerduty_forwarding.KEY, pagerduty._event),
    "pushover": (
        test_pushover.SCHEMA,
        test_pushover.USER,
        lambda message: {"token": test_pushover.TOKEN, "user": message.address, **pushover._fields(message)},
    ),
    "teams": (test_teams.SCHEMA, "https://x.logic.azure.com/1", teams._payload),
    "telegram": (test_telegram.SCHEMA, test_telegram.CHAT, telegram._payload),
}

texts = st.builds(lambda text, times: text * times, st.text(max_size=40), st.sampled_from((1, 1, 3, 60, 2_000)))
links = st.sampled_from((0, 20, 150, 600, 1_600, 4_100)).map(lambda n: "https://x.example/".ljust(n, "s") if n else "")


@st.composite
def items(draw: st.DrawFn) -> Item:
    return an_item(
        title=draw(texts),
        squad=draw(texts),
        why=draw(texts),
        remark=draw(texts),
        runbook=draw(st.one_of(texts, links)),
        link=draw(links),
        severity=draw(st.sampled_from(("critical", "high", "triage"))),
    )


@pytest.mark.parametrize("name", REQUESTS)
@settings(max_examples=25, deadline=None)
@given(st.lists(items(), max_size=12), texts)
def test_every_request_is_one_that_the_provider_describes(name: str, found: list[Item], headline: str) -> None:
    schema, address, payload = REQUESTS[name]
    page = a_page(address, *found, headline=f"CRITICAL {headline}") if found else a_page(address, items=())

    body = payload(page)

    assert [error.message for error in jsonschema_rs.validator_for(schema).iter_errors(body)] == []
