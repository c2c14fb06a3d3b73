"""What was kept by an earlier version is listed, shown and replayed like the rest."""

import base64
import json
from pathlib import Path

from app.service.ports import Record
from app.service.quarantine import KIND
from tests.stories.stage import stage

BODY = {"title": "Till is dead", "severity": "critical", "labels": {"service": "payments"}}


async def test_a_record_that_holds_head_and_body_in_one_is_read(tmp_path: Path) -> None:
    kept = {
        "source": "generic",
        "reason": "title: is missing",
        "method": "POST",
        "path": "/webhooks/generic",
        "query": {},
        "headers": {"content-type": "application/json"},
        "body": base64.b64encode(json.dumps(BODY).encode()).decode(),
        "received_at": "2026-11-22T02:00:00+00:00",
        "replayed": None,
        "cut": False,
    }
    async with stage(tmp_path, "2026-11-22 03:00") as story:
        await story.application.store.put_record(Record(KIND, "06bf80f9c0000001", json.dumps(kept)))

        (listed,) = (await story.client.get("/api/v1/quarantine")).json()["items"]
        shown = (await story.client.get("/api/v1/quarantine/06bf80f9c0000001")).json()
        reply = await story.client.post("/api/v1/quarantine/06bf80f9c0000001/replay")

        assert listed["size"] == len(json.dumps(BODY))
        assert shown["body"] == json.dumps(BODY)
        assert (reply.status_code, reply.json()["accepted"]) == (200, 1)
        again = (await story.client.get("/api/v1/quarantine/06bf80f9c0000001")).json()
        assert again["replayed"]
        assert again["body"] == json.dumps(BODY)
