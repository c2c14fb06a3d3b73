"""What holds for every request: an id, a line of log without secrets, headers for browsers, an apology for a fault."""

import re
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from app.domain.complaint import NOWHERE, Complaint
from tests.entrypoints.http.rig import Rig


async def logged(rig: Rig, method: str, path: str, **given: Any) -> dict[str, Any]:
    """The line that a request leaves."""
    with capture_logs([structlog.contextvars.merge_contextvars]) as lines:
        await rig.client.request(method, path, **given)
    (line,) = [line for line in lines if line["event"] == "request"]
    return dict(line)


async def test_a_request_gets_an_id_or_keeps_its_own(rig: Rig) -> None:
    made = (await rig.client.get("/healthz")).headers["x-request-id"]
    kept = await rig.client.get("/healthz", headers={"x-request-id": "edge-7f/2026.11:22"})

    assert re.fullmatch("[0-9a-f]{16}", made)
    assert kept.headers["x-request-id"] == "edge-7f/2026.11:22"


@pytest.mark.parametrize("id", [b"", b"a b", b"x" * 129, b'a"}', b"\xff", b"a;b"])
async def test_an_id_that_could_break_a_log_is_replaced(rig: Rig, id: bytes) -> None:
    reply = await rig.client.get("/healthz", headers={b"x-request-id": id})

    assert re.fullmatch("[0-9a-f]{16}", reply.headers["x-request-id"])


async def test_each_request_leaves_one_line_without_its_query(rig: Rig) -> None:
    line = await logged(rig, "POST", "/webhooks/grafana?token=grafana-secret", content=b"{}")

    assert line.pop("ms") >= 0
    assert re.fullmatch("[0-9a-f]{16}", line.pop("request_id"))
    assert line == {
        "event": "request",
        "log_level": "info",
        "method": "POST",
        "path": "/webhooks/grafana",
        "status": 400,
    }


async def test_the_token_of_an_action_link_is_not_logged(rig: Rig) -> None:
    link = rig.link(await rig.opened(), "asha")

    assert (await logged(rig, "GET", link))["path"] == "/a/***"
    assert (await logged(rig, "POST", f"{link}/acknowledge"))["path"] == "/a/***/acknowledge"


async def test_browsers_are_told_to_load_and_frame_nothing(rig: Rig) -> None:
    for path in ("/healthz", "/api/v1/incidents", "/nowhere", "/webhooks/none"):
        headers = (await rig.client.get(path)).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; frame-ancestors 'none'")
        assert (headers["x-content-type-options"], headers["x-frame-options"]) == ("nosniff", "DENY")
        assert headers["referrer-policy"] == "no-referrer"
    assert (await rig.client.get("/api/v1/incidents")).headers["cache-control"] == "no-store"


async def test_a_fault_of_ours_is_a_problem_with_the_requests_id(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    store: Any = rig.application.store

    async def breaks(query: object) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr(store, "incidents", breaks)
    reply = await rig.client.get("/api/v1/incidents")

    assert (reply.status_code, reply.headers["content-type"]) == (500, "application/problem+json")
    assert "x-request-id" in reply.headers
    assert "a secret detail" not in reply.text


async def test_an_unknown_path_and_a_wrong_method_are_problems_too(rig: Rig) -> None:
    for method, path, status in (("GET", "/nowhere", 404), ("DELETE", "/api/v1/incidents", 405)):
        reply = await rig.client.request(method, path)
        assert (reply.status_code, reply.json()["status"]) == (status, status)
        assert reply.headers["content-type"] == "application/problem+json"


async def test_half_a_surrogate_pair_in_a_reply_is_no_fault(rig: Rig) -> None:
    rig.application.in_force.refusal = (Complaint(NOWHERE, "a text with \ud800 in it"),)

    reply = await rig.client.get("/api/v1/rules")

    assert (reply.status_code, reply.json()["refusal"]) == (200, ["a text with ? in it"])
