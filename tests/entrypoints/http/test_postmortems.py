"""Post-mortems over HTTP: what is shown, every refusal, who may, and that a repeated request does nothing twice."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.service.tokens import Scope
from tests.entrypoints.http.rig import Rig, rigged

KEY = {"Idempotency-Key": "9c7cde10-6a4f-4b0e-b6a7-1e5d7f3f5a11"}
POST_MORTEMS = "/api/v1/postmortems"


async def over(rig: Rig, **changes: Any) -> str:
    """The id of an incident that Asha resolved, with its draft."""
    incident = await rig.opened(**changes)
    rig.clock.pass_by(timedelta(minutes=70))
    await rig.act(incident, "resolve", by="asha")
    await rig.application.review.round()
    return incident


async def post(rig: Rig, path: str, status: int = 200, headers: dict[str, str] | None = None, **body: Any) -> Any:
    reply = await rig.client.post(f"{POST_MORTEMS}{path}", json=body, headers=headers)
    assert reply.status_code == status, reply.text
    return reply.json()


async def shown(rig: Rig, path: str) -> Any:
    reply = await rig.client.get(f"{POST_MORTEMS}{path}")
    assert reply.status_code == 200, reply.text
    return reply.json()


async def test_lists_are_filtered_and_come_in_pages(rig: Rig) -> None:
    first, second, third = [await over(rig, dedup_key=key) for key in "abc"]
    await post(rig, f"/{second}/edit", version=1, by="ben", owner="ben")
    await post(rig, f"/{third}/review", by="asha")

    async def ids(query: str) -> list[str]:
        return [one["id"] for one in (await shown(rig, f"?{query}"))["items"]]

    assert await ids("") == [third, second, first]
    assert await ids("state=in_review") == [third]
    assert await ids("owner=ben") == [second]
    assert await ids("squad=web") == []
    assert await ids("overdue=true") == []
    page = await shown(rig, "?limit=2")
    assert await ids(f"limit=2&cursor={page['next']}") == [first]


async def test_a_version_is_shown_as_it_was_and_versions_come_in_pages(rig: Rig) -> None:
    incident = await over(rig)
    for n in (1, 2, 3):
        await post(rig, f"/{incident}/edit", version=n, by="asha", further=f"Note {n}.")

    page = await shown(rig, f"/{incident}/versions?limit=3")

    assert [one["version"] for one in page["items"]] == [4, 3, 2]
    rest = await shown(rig, f"/{incident}/versions?cursor={page['next']}")
    assert [(one["version"], one["by"]) for one in rest["items"]] == [(1, "router")]
    assert (await shown(rig, f"/{incident}/versions/2"))["further"] == "Note 1."


@pytest.mark.parametrize("id", ["0123456789abcdef", "x", "..%2f..", "%00", "🚒"])
async def test_what_does_not_exist_is_404(rig: Rig, id: str) -> None:
    for path in ("", "/markdown", "/versions", "/versions/1"):
        assert (await rig.client.get(f"{POST_MORTEMS}/{id}{path}")).status_code == 404
    for path, body in (
        (f"{POST_MORTEMS}/{id}/edit", {"version": 1}),
        (f"{POST_MORTEMS}/{id}/import", {"markdown": "", "version": 1}),
        (f"{POST_MORTEMS}/{id}/review", {}),
        (f"{POST_MORTEMS}/{id}/actions", {"text": "x"}),
        (f"/api/v1/actions/{id}", {"state": "done"}),
        (f"/api/v1/runbook-debts/{id}/settle", {}),
    ):
        assert (await rig.client.post(path, json=body)).status_code == 404, path


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("edit", {}, "version"),
        ("edit", {"version": 1, "sections": {"blame": "Ben"}}, "sections.blame.[key]"),
        ("edit", {"version": 1, "sections": {"impact": "x" * 20_001}}, "sections.impact"),
        ("edit", {"version": 1, "owner": "ahsa"}, "owner"),
        ("edit", {"version": 1, "facilitator": "nobody"}, "facilitator"),
        ("edit", {"version": 1, "title": "Nothing happened"}, "title"),
        ("actions", {"text": ""}, "text"),
        ("actions", {"text": " \n\t"}, "text"),
        ("actions", {"text": "x", "owner": "nobody"}, "actions.owner"),
        ("actions", {"text": "x", "due": "tomorrow"}, "due"),
        ("actions", {"text": "x", "ticket": True}, "ticket"),
        ("import", {"markdown": "## Impact"}, "version"),
        ("import", {"markdown": "---\nincident: 0123456789abcdef\nversion: 1\n---"}, "markdown"),
        ("import", {"markdown": "---\nversion: 1\nowner: nobody\n---"}, "owner"),
        ("import", {"markdown": "## Action items\n- [ ] x (other; due soon)", "version": 1}, "markdown"),
    ],
)
async def test_a_value_that_cannot_be_is_422_and_changes_nothing(
    rig: Rig, path: str, body: dict[str, Any], field: str
) -> None:
    incident = await over(rig)

    refused = await post(rig, f"/{incident}/{path}", 422, by="asha", **body)

    assert field in (refused.get("field"), *(one["field"] for one in refused.get("errors", [])))
    assert (await shown(rig, f"/{incident}"))["version"] == 1


async def test_a_newer_version_is_named_and_one_that_never_was_too(rig: Rig) -> None:
    incident = await over(rig)
    await post(rig, f"/{incident}/edit", version=1, by="ben", further="Mine.")

    stale = await post(rig, f"/{incident}/edit", 409, version=1, by="asha", further="No, mine.")
    early = await post(rig, f"/{incident}/review", 409, version=7, by="asha")

    assert "is at version 2 by now, saved by ben (further notes); yours began from version 1" in stale["detail"]
    assert "has no version 7 yet: the latest is 2" in early["detail"]


async def test_a_repeated_request_does_nothing_twice(rig: Rig) -> None:
    incident = await over(rig)

    replies = [await post(rig, f"/{incident}/actions", 201, KEY, by="asha", text="Alert on it") for _ in range(2)]

    assert replies[0] == replies[1]
    assert len((await shown(rig, f"/{incident}"))["actions"]) == 1


async def test_a_second_one_for_the_same_incident_is_refused(rig: Rig) -> None:
    incident = await over(rig)

    refused = await post(rig, "", 409, incident=incident, by="asha")

    assert "has a post-mortem already" in refused["detail"]
    await post(rig, "", 404, incident="0123456789abcdef", by="asha")


async def test_a_person_with_their_own_token_writes_as_themselves_only(rig: Rig) -> None:
    incident = await over(rig)
    header = await rig.token(Scope.RESPOND, Scope.READ, person="ben")

    await post(rig, f"/{incident}/edit", 403, header, version=1, by="asha", further="In her name.")
    saved = await post(rig, f"/{incident}/edit", headers=header, version=1, further="In mine.")

    assert saved["saved_by"] == "ben"


async def test_who_changed_what_is_in_the_audit_log(rig: Rig) -> None:
    incident = await over(rig)
    await post(rig, f"/{incident}/edit", version=1, by="ben", further="More.", runbook_helped=False)
    added = await post(rig, f"/{incident}/actions", 201, by="asha", text="Alert on it")
    await rig.client.post(f"/api/v1/actions/{added['actions'][0]['id']}", json={"by": "asha", "state": "done"})
    await rig.client.post(f"/api/v1/runbook-debts/{incident}/settle", json={"by": "ben"})

    acts = (await rig.client.get("/api/v1/audit")).json()["items"]

    assert [(one["what"], one["who"]) for one in acts[:4]] == [
        ("runbook-debt.settle", "ben"),
        ("action.change", "asha"),
        ("postmortem.action-add", "asha"),
        ("postmortem.edit", "ben"),
    ]


async def test_action_items_of_all_incidents_are_listed_together(rig: Rig) -> None:
    first, second = [await over(rig, dedup_key=key) for key in "ab"]
    for incident, owner, due in ((first, "asha", "2026-11-21"), (second, "ben", None)):
        await post(rig, f"/{incident}/actions", 201, by="asha", text=f"For {owner}", owner=owner, due=due)

    async def texts(query: str) -> list[str]:
        return [one["text"] for one in (await rig.client.get(f"/api/v1/actions?{query}")).json()["items"]]

    assert await texts("") == ["For ben", "For asha"]
    assert await texts("owner=asha") == ["For asha"]
    assert await texts("overdue=true") == ["For asha"]
    assert await texts("state=done") == []
    page = (await rig.client.get("/api/v1/actions?limit=1")).json()
    assert await texts(f"limit=1&cursor={page['next']}") == ["For asha"]


async def test_an_action_item_is_moved_undated_and_given_away(rig: Rig) -> None:
    incident = await over(rig)
    added = await post(rig, f"/{incident}/actions", 201, by="asha", text="x", owner="asha", due="2026-11-30")
    path = f"/api/v1/actions/{added['actions'][0]['id']}"

    changed = (await rig.client.post(path, json={"by": "asha", "owner": "ben", "text": " A  longer\ntext "})).json()
    undated = (await rig.client.post(path, json={"by": "asha", "undated": True})).json()

    assert (changed["owner"], changed["text"], changed["due"]) == ("ben", "A longer text", "2026-11-30")
    assert undated["due"] is None
    assert (await rig.client.post(path, json={"by": "asha", "owner": "nobody"})).status_code == 422


async def test_saying_that_the_runbook_helped_after_all_settles_the_debt(rig: Rig) -> None:
    incident = await over(rig)
    await post(rig, f"/{incident}/edit", version=1, by="ben", runbook_helped=False)

    await post(rig, f"/{incident}/edit", version=2, by="asha", runbook_helped=True)

    debts = (await rig.client.get("/api/v1/runbook-debts?settled=true")).json()["items"]
    assert [(one["id"], one["settled_by"]) for one in debts] == [(incident, "asha")]


async def test_a_broken_template_of_the_user_s_gives_way_to_ours_and_the_draft_says_so(tmp_path: Path) -> None:
    (tmp_path / "ours.md").write_text("## Impact\n{{ nobody }}\n")
    async with rigged(tmp_path, postmortem_template=str(tmp_path / "ours.md")) as rig:
        broken = await shown(rig, f"/{await over(rig)}")
        (tmp_path / "ours.md").write_text("## Impact\n{{ incident.severity }}\n")
        mended = await shown(rig, f"/{await over(rig, dedup_key='other')}")

    assert "generic reported it" in broken["sections"]["detection"]
    assert broken["further"] == "the template ours.md could not be used: 'nobody' is undefined"
    assert broken["change"] == "drafted; the template ours.md could not be used: 'nobody' is undefined"
    assert (mended["sections"]["impact"], mended["further"]) == ("critical", "")
