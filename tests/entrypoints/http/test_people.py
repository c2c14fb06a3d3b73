"""People over HTTP: what the readiness report shows, and every refusal of a test page."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from app.entrypoints.http.request_log import shown_path
from app.service.tokens import Scope
from tests.entrypoints.http.rig import Rig

READINESS = "/api/v1/people/readiness"
KEY = {"Idempotency-Key": "c0a3c7a6-2f4d-4a5e-8b0a-6f0c8d7f5a11"}


def page_of(person: str) -> str:
    return f"/api/v1/people/{person}/test-page"


async def test_the_report_shows_when_they_are_on_call_what_they_lack_and_no_whole_number(rig: Rig) -> None:
    found = (await rig.client.get(READINESS)).json()["items"]

    (asha,) = [one for one in found if one["person"] == "asha"]
    nothing = {"tested_at": None, "verified_at": None, "failed_at": None, "failed_why": "", "stopped": False}
    assert asha == {
        "person": "asha",
        "name": "Asha",
        "role": "primary",
        "since": "2026-11-16T17:30:00Z",
        "until": "2026-11-23T17:30:00Z",
        "when": "now",
        "ready": False,
        "lacks": ["never_tested"],
        "said": ["has never been sent a test page"],
        "methods": [{"channel": channel, "address": "+*********001", **nothing} for channel in ("sms", "voice")],
    }


async def test_a_test_page_says_at_once_what_it_will_try_and_under_one_key_is_sent_once(rig: Rig) -> None:
    sent = await rig.client.post(page_of("asha"), json={"by": "ben"}, headers=KEY)
    again = await rig.client.post(page_of("asha"), json={"by": "ben"}, headers=KEY)

    assert (sent.status_code, again.json()) == (202, sent.json())
    assert [(one["channel"], one["state"]) for one in sent.json()["items"]] == [
        ("sms", "pending"),
        ("voice", "pending"),
        ("console", "pending"),
    ]
    log = (await rig.client.get("/api/v1/audit")).json()["items"]
    assert [(one["what"], one["target"], one["who"]) for one in log] == [("person.test-page", "asha", "ben")]


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        (page_of("ahsa"), {}, 404, "'ahsa' is not among the people of the rules file"),
        (page_of("asha"), {"urgency": "loud"}, 422, "urgency"),
        (page_of("asha"), {"channel": "sms"}, 422, "channel"),
        (page_of("x" * 200), {}, 422, "id"),
    ],
)
async def test_what_cannot_be_sent_is_refused(
    rig: Rig, path: str, body: dict[str, Any], status: int, said: str
) -> None:
    reply = await rig.client.post(path, json=body)

    assert reply.status_code == status
    assert said in reply.text


async def test_whoever_may_only_read_sends_none_and_a_test_that_never_was_is_404(rig: Rig) -> None:
    reader = await rig.token(Scope.READ)

    assert (await rig.client.post(page_of("asha"), json={}, headers=reader)).status_code == 403
    assert (await rig.client.get(READINESS, headers=reader)).status_code == 200
    assert (await rig.client.get("/api/v1/test-pages/06bf80f9c0000001", headers=reader)).status_code == 404


async def test_a_link_of_somebody_who_has_left_is_a_friendly_401(rig: Rig) -> None:
    link = rig.application.confirm_links.address("gone", "sms-0123456789ab")

    reply = await rig.client.post(link)

    assert reply.status_code == 401
    assert "This link does not work" in reply.text


async def test_the_token_of_a_link_is_not_logged_and_its_page_not_kept(rig: Rig) -> None:
    link = rig.application.confirm_links.address("asha", "sms-0123456789ab")

    assert shown_path(urlsplit(link).path) == "/t/***"
    assert (await rig.client.get(link)).headers["cache-control"] == "no-store"
