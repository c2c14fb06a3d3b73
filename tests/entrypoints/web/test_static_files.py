"""Files of the pages are kept for ever by what is in them, and compressed where that tells nobody anything."""

import pytest

from app.entrypoints.web.pages import STATIC, static, takes_gzip
from tests.entrypoints.http.rig import Rig
from tests.entrypoints.web.visitor import Visitor


async def test_a_file_is_kept_for_ever_only_by_the_digest_of_what_it_is(rig: Rig) -> None:
    kept = await rig.client.get(static("pages.js"))
    of_another_version = await rig.client.get("/static/pages.js?v=0123456789ab")
    plain = await rig.client.get("/static/pages.js")

    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert [one.headers["cache-control"] for one in (of_another_version, plain)] == ["no-cache", "no-cache"]
    assert kept.content == (STATIC / "pages.js").read_bytes()


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [
        ("gzip, deflate, br", True),
        ("br;q=1, GZIP;q=0.5", True),
        ("gzip; q=1.0", True),
        ("gzip;q=0", False),
        ("gzip;q=0.000, br", False),
        ("br", False),
        ("", False),
    ],
)
def test_gzip_is_for_those_who_name_it_with_some_weight(accepted: str, takes: bool) -> None:
    assert takes_gzip(accepted) == takes


@pytest.mark.parametrize(("accepted", "encoding"), [("gzip, br", "gzip"), ("gzip;q=0", None)])
async def test_pages_and_files_are_compressed_for_those(asha: Visitor, accepted: str, encoding: str | None) -> None:
    headers = {"accept-encoding": accepted}
    replies = [await asha.client.get(path, headers=headers) for path in ("/", "/static/pages.css")]

    assert [one.headers.get("content-encoding") for one in replies] == [encoding, encoding]


async def test_neither_a_stream_nor_a_reply_to_a_tool_is_compressed(rig: Rig, asha: Visitor) -> None:
    body = {"title": "Down", "severity": "critical", "labels": {f"label_{number}": "x" * 90 for number in range(20)}}
    posted = await rig.client.post("/webhooks/generic", json=body, headers={"accept-encoding": "gzip"})
    piece = await asha.client.get("/live/incidents?once", headers={"accept-encoding": "gzip"})

    assert posted.status_code == 202
    assert ["content-encoding" in one.headers for one in (posted, piece)] == [False, False]


async def test_a_page_with_a_standing_secret_is_not_compressed_lest_its_length_tell_of_it(asha: Visitor) -> None:
    reply = await asha.client.get("/me", headers={"accept-encoding": "gzip"})

    assert "/ical/" in reply.text
    assert "content-encoding" not in reply.headers


async def test_a_form_token_is_another_in_each_page(asha: Visitor) -> None:
    first, second = [(await asha.get("/")).value("form_token") for _ in range(2)]

    assert first
    assert first != second
