"""Addresses are shown so that one knows one's own, and nobody can use them."""

import pytest

from app.entrypoints.http.masking import masked
from app.entrypoints.http.rules_views import MethodView


@pytest.mark.parametrize(
    ("channel", "address", "shown"),
    [
        ("email", "asha@example.com", "asha@example.com"),
        ("slack", "U0123456789", "U0123456789"),
        ("slack", "#squad-payments", "#squad-payments"),
        ("console", "the-boss-of-all-of-us", "the-boss-of-all-of-us"),
        ("sms", "+441632960001", "+*********001"),
        ("webhook", "https://user:pw@hooks.example.com/secret?token=x", "https://hooks.example.com/***"),
        ("teams", "https://x.logic.azure.com:443/workflows/1?sig=s", "https://x.logic.azure.com/***"),
        ("discord", "https://discord.com/api/webhooks/1/s3cr3t", "https://discord.com/***"),
        ("ntfy", "asha-k3Vw8pQz", "***pQz"),
        ("ntfy", "short", "***"),
        ("pushover", "uk3Vw8pQzk3Vw8pQzk3Vw8pQz12RsG", "***RsG"),
        ("pagerduty", "k3vw8pqzk3vw8pqzk3vw8pqzk3vw81a6", "***1a6"),
        ("opsgenie", "0c0ffee0-1234-4abc-8def-0123456789ab", "***9ab"),
        ("apprise", "matrix://s3cr3t@matrix.example.com/#room", "matrix://***"),
        ("telegram", "-1009876543210", "**********210"),
        ("one that nobody knows", "key-of-something", "***ing"),
        ("github", "example/payments", "example/payments"),
        ("", "key-of-something", "***ing"),
    ],
)
def test_an_address_is_shown_by_its_end_or_its_host_unless_it_is_no_secret(
    channel: str, address: str, shown: str
) -> None:
    assert masked(address, channel) == shown
    assert MethodView.model_validate({"channel": channel, "address": address}).address == shown
