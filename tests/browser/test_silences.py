"""Silences by hand in a real browser: made with the form, counted down, ended with the button."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.site import Site

pytestmark = pytest.mark.server


def test_a_silence_is_made_counted_down_and_ended(site: Site, asha: Page) -> None:
    asha.goto(f"{site.url}/silences")

    asha.get_by_label("Which alerts?").fill('service="payments"')
    asha.get_by_label("For how long?").select_option("30 minutes")
    asha.get_by_label("Why?").fill("database upgrade")
    asha.get_by_role("button", name="Keep quiet").click()

    row = asha.get_by_role("list", name="Silences").get_by_role("listitem").filter(has_text="database upgrade")
    first = row.locator("[data-until]").inner_text()
    expect(row.locator("[data-until]")).not_to_have_text(first)
    assert first in ("30:00", "29:59", "29:58", "29:57", "29:56", "29:55")
    id = site.opened("quiet")
    assert site.incident(id)["marks"] == ["suppressed"]

    row.get_by_role("button", name="End").click()
    expect(asha.get_by_role("status").filter(has_text="It is over.")).to_be_visible()
    assert site.incident(id)["marks"] == []
