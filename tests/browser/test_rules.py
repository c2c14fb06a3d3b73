"""A payload is tried on the rules in a real browser: who would be told, and when, and nobody is."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.site import Site

pytestmark = pytest.mark.server

BODY = '{"title": "Payments API is down", "severity": "critical", "labels": {"alertname": "PaymentsApiDown"}}'


def test_a_rule_is_tried_and_tells_nobody(site: Site, asha: Page) -> None:
    asha.goto(f"{site.url}/rules")

    asha.get_by_label("It comes from").select_option("generic")
    asha.get_by_label("What the tool would post").fill(BODY)
    asha.get_by_role("button", name="Try it").click()

    answer = asha.locator("[role=status] ol.timeline")
    expect(answer.get_by_role("listitem").filter(has_text="page").first).to_contain_text("asha")
    expect(asha.get_by_text("Nothing was stored or sent.")).to_be_visible()
    expect(asha.get_by_label("What the tool would post")).to_have_value(BODY)
    assert site.channel.got == []


def test_a_payload_that_cannot_be_read_is_kept_and_said_why(site: Site, asha: Page) -> None:
    asha.goto(f"{site.url}/rules")

    asha.get_by_label("What the tool would post").fill("{no json")
    asha.get_by_role("button", name="Try it").click()

    expect(asha.get_by_label("What the tool would post")).to_have_value("{no json")
    expect(asha.get_by_role("alert")).to_be_visible()
