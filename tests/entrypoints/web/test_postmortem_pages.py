"""Post-mortems on the web: found, written, reviewed and published without a script, and nobody overwrites anybody."""

from datetime import timedelta
from typing import Any

import pytest

from app.service.tokens import Scope
from tests.entrypoints.http.rig import Rig
from tests.entrypoints.web.visitor import Seen, Visitor, visiting

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>\u202egnp.exe'
WRITTEN = {
    "impact": "412 customers could not **pay**.",
    "root_cause": "The pool was too small.",
    "detection": "By the alert.",
    "resolution": "The pool was doubled.",
    "prevention": "Load it in the nightly test.",
}


async def over(rig: Rig, **changes: Any) -> str:
    """The id of an incident that Asha resolved, with its draft."""
    incident = await rig.opened(**changes)
    rig.clock.pass_by(timedelta(minutes=70))
    await rig.act(incident, "resolve", by="asha")
    await rig.application.review.round()
    return incident


def form_of(seen: Seen, **changes: str) -> dict[str, str]:
    """What the editor's form would send as it stands, but for `changes`."""
    return {"version": seen.value("version") or "", **WRITTEN, "owner": "asha", **changes}


async def stored(rig: Rig, incident: str) -> dict[str, Any]:
    return dict((await rig.client.get(f"/api/v1/postmortems/{incident}")).json())


async def test_the_list_shows_whose_it_is_and_what_is_late(rig: Rig, asha: Visitor) -> None:
    incident = await over(rig)
    fresh = await asha.get("/postmortems")
    mine = await asha.get("/postmortems?show=mine")
    published = await asha.get("/postmortems?show=published")
    nothing = await asha.get("/postmortems?show=nonsense")
    rig.clock.pass_by(timedelta(days=8))

    async with visiting(rig, "ben") as ben:
        late, others = await ben.get("/postmortems?show=overdue"), await ben.get("/postmortems?show=mine")

    assert "critical Payments API is down Payments" in fresh.words
    assert "draft Asha Fri 27 Nov 17:30 0" in fresh.words
    assert "draft Asha Fri 27 Nov 17:30 overdue 0" in late.words
    assert late.every("a", href=f"/postmortems/{incident}")
    assert "Payments API" in mine.words
    assert "None is yours to write." in others.words
    assert "None has been published yet." in published.words
    assert nothing.status == 404


async def test_the_page_of_an_incident_leads_to_its_post_mortem_once_there_is_one(rig: Rig, asha: Visitor) -> None:
    other = await rig.opened(dedup_key="open")
    incident = await over(rig)

    assert (await asha.get(f"/incidents/{incident}")).every("a", href=f"/postmortems/{incident}")
    assert not (await asha.get(f"/incidents/{other}")).every("a", href=f"/postmortems/{other}")


async def test_one_is_written_reviewed_and_published_without_a_script(rig: Rig, asha: Visitor) -> None:
    incident = await over(rig)
    editor = await asha.get(f"/postmortems/{incident}/edit")

    preview = await asha.send(f"/postmortems/{incident}/edit", **form_of(editor, preview="yes"))
    saved = await asha.send(f"/postmortems/{incident}/edit", **form_of(editor, facilitator="ben", runbook_helped="no"))
    added = await asha.send(f"/postmortems/{incident}/actions", kind="new_alert", text="Alert on it", owner="ben")
    reviewed = await asha.send(f"/postmortems/{incident}/review", version="3")
    published = await asha.send(f"/postmortems/{incident}/publish", version="4")

    assert "Preview, not saved yet" in preview.words
    assert "<strong>pay</strong>" in preview.html
    assert preview.value("version") == "1"
    assert "Saved. critical draft Payments API is down" in saved.words
    assert "Facilitator Ben The runbook did not help" in saved.words
    assert "<strong>pay</strong>" in saved.html
    assert "Alert on it new alert Ben – open" in added.words
    assert "It is in review." in reviewed.words
    assert "Published. The squad is told" in published.words
    history = published.words.partition("History")[2]
    assert [one for one in ("version 5", "published", "version 1", "drafted") if one not in history] == []
    acts = (await rig.client.get("/api/v1/audit")).json()["items"]
    assert [(one["what"], one["who"], one["channel"]) for one in acts[:4]] == [
        ("postmortem.publish", "asha", "web"),
        ("postmortem.review", "asha", "web"),
        ("postmortem.action-add", "asha", "web"),
        ("postmortem.edit", "asha", "web"),
    ]


async def test_of_two_tabs_the_second_is_refused_and_nothing_that_was_typed_is_lost(rig: Rig, asha: Visitor) -> None:
    incident = await over(rig)
    editor = await asha.get(f"/postmortems/{incident}/edit")
    sections = (await stored(rig, incident))["sections"]
    await rig.client.post(
        f"/api/v1/postmortems/{incident}/edit",
        json={"version": 1, "by": "ben", "sections": {"impact": "By Ben.", "prevention": "Also by Ben."}},
    )
    mine = {**sections, "impact": "By Asha.", "version": "1", "owner": "asha"}

    refused = await asha.send(f"/postmortems/{incident}/edit", **mine)

    assert editor.value("version") == "1"
    assert refused.status == 409
    assert "Not saved yet: Ben has saved version 2 meanwhile" in refused.words
    assert ">\nBy Asha.</textarea>" in refused.html
    assert ">\nAlso by Ben.</textarea>" in refused.html
    assert "What Ben wrote here By Ben." in refused.words
    assert refused.value("version") == "2"
    assert (await stored(rig, incident))["sections"]["impact"] == "By Ben."
    again = await asha.send(
        f"/postmortems/{incident}/edit",
        **{**sections, "impact": "By both.", "prevention": "Also by Ben.", "version": "2", "owner": "asha"},
    )
    assert again.status == 200
    assert (await stored(rig, incident))["sections"]["impact"] == "By both."


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"impact": "x" * 20_001}, "is longer than 20,000 characters"),
        ({"owner": "ahsa"}, "did you mean 'asha'?"),
        ({"version": ""}, "open the page again"),
    ],
)
async def test_what_cannot_be_is_said_and_what_was_typed_stays(
    rig: Rig, asha: Visitor, changes: dict[str, str], reason: str
) -> None:
    incident = await over(rig)
    editor = await asha.get(f"/postmortems/{incident}/edit")
    typed = form_of(editor, **changes)

    seen = await asha.send(f"/postmortems/{incident}/edit", **typed)

    assert seen.status == 422
    assert reason in seen.words
    assert f">\n{typed['impact']}</textarea>" in seen.html
    assert (await stored(rig, incident))["version"] == 1


async def test_a_move_that_cannot_be_says_why_and_what_is_missing(rig: Rig, asha: Visitor) -> None:
    incident = await over(rig)
    await asha.get(f"/postmortems/{incident}")

    early = await asha.send(f"/postmortems/{incident}/publish")
    await asha.send(f"/postmortems/{incident}/review")
    empty = await asha.send(f"/postmortems/{incident}/publish")
    stale = await asha.send(f"/postmortems/{incident}/rework", version="1")

    assert [early.status, empty.status, stale.status] == [409, 409, 409]
    assert "is draft: publish is not possible" in early.words
    assert 'nothing is written under "Scale and impact"' in empty.words
    assert "is at version 2 by now" in stale.words
    assert (await asha.send(f"/postmortems/{incident}/burn")).status == 404


async def test_action_items_of_all_incidents_are_done_from_one_list(rig: Rig, asha: Visitor) -> None:
    for key in "ab":
        incident = await over(rig, dedup_key=key, title=f"Down in {key}")
        await asha.get(f"/postmortems/{incident}")
        await asha.send(
            f"/postmortems/{incident}/actions", kind="other", text=f"Mend {key}", owner="asha", due="2026-11-20"
        )

    listed = await asha.get("/postmortems/actions?show=overdue")
    (first, *_) = [one["formaction"] for one in listed.every("button") if "/done" in (one.get("formaction") or "")]
    done = await asha.send(str(first), show="overdue")

    assert "Mend b other after Down in b Asha 20 Nov 2026 overdue open" in listed.words
    assert "Noted." in done.words
    assert "Mend b" not in done.words
    assert "Mend a" in done.words
    assert (
        "Mend b other after Down in b Asha 20 Nov 2026 done" in (await asha.get("/postmortems/actions?show=all")).words
    )
    assert (await asha.send("/postmortems/actions/0123456789abcdef/done")).status == 404
    wrong = await asha.send(f"/postmortems/{incident}/actions", kind="other", text="Mend it", due="soon")
    assert (wrong.status, "'soon' is not a date" in wrong.words, wrong.value("text")) == (422, True, "Mend it")


async def test_an_action_item_is_dropped_on_the_page_of_its_post_mortem(rig: Rig, asha: Visitor) -> None:
    incident = await over(rig)
    await asha.get(f"/postmortems/{incident}")
    added = await asha.send(f"/postmortems/{incident}/actions", kind="other", text="Mend it")
    (drop,) = [one["formaction"] for one in added.every("button") if "/dropped" in (one.get("formaction") or "")]

    dropped = await asha.send(str(drop))

    assert "Mend it other nobody – dropped" in dropped.words


async def test_text_of_alerts_and_people_is_inert(rig: Rig, asha: Visitor) -> None:
    incident = await over(rig, title=HOSTILE)
    typed = dict.fromkeys(WRITTEN, f"{HOSTILE} [x](javascript:alert(1)) <!-- a remark -->")
    editor = await asha.get(f"/postmortems/{incident}/edit")
    await asha.send(f"/postmortems/{incident}/edit", **form_of(editor, **typed, further=HOSTILE))

    for path in ("/postmortems", f"/postmortems/{incident}", f"/postmortems/{incident}/edit", "/runbooks"):
        seen = await asha.get(path)
        assert [one for one in seen.every("script") if "src" not in one] == [], path
        assert seen.every("img") == []
        assert not any((one.get("href") or "").startswith("javascript") for one in seen.every("a"))
    shown = await asha.get(f"/postmortems/{incident}")
    assert "a remark" not in shown.words
    assert "style-src 'self'" in shown.headers["content-security-policy"]


async def test_a_version_is_shown_as_it_was_and_the_file_can_be_taken_away(rig: Rig, asha: Visitor) -> None:
    incident = await over(rig)
    editor = await asha.get(f"/postmortems/{incident}/edit")
    await asha.send(f"/postmortems/{incident}/edit", **form_of(editor))

    old = await asha.get(f"/postmortems/{incident}/versions/1")
    file = await asha.client.get(f"/postmortems/{incident}/file")

    assert "This is version 1, as it was saved." in old.words
    assert old.every("button", form="move") == []
    assert file.headers["content-disposition"] == f'attachment; filename="post-mortem-{incident}.md"'
    assert file.headers["content-type"] == "text/markdown; charset=utf-8"
    assert "412 customers could not **pay**." in file.text
    for path in ("x", "0123456789abcdef", f"{incident}/versions/9", f"{incident}/versions/x"):
        assert (await asha.get(f"/postmortems/{path}")).status == 404, path


async def test_whoever_may_only_read_sees_all_and_changes_nothing(rig: Rig) -> None:
    incident = await over(rig)
    await rig.client.post(f"/api/v1/postmortems/{incident}/actions", json={"by": "asha", "text": "Mend it"})
    await rig.client.post(
        f"/api/v1/postmortems/{incident}/edit", json={"version": 2, "by": "asha", "runbook_helped": False}
    )
    async with visiting(rig, "ben", frozenset({Scope.READ})) as ben:
        for path in (f"/postmortems/{incident}", "/postmortems/actions", "/runbooks", "/runbooks/payments-api-down"):
            seen = await ben.get(path)
            assert seen.status == 200
            assert [one for one in seen.every("button") if "formaction" in one] == [], path
        for path in ("edit", "review", "actions"):
            assert (await ben.send(f"/postmortems/{incident}/{path}", text="x", kind="other")).status == 403
        assert (await ben.send(f"/runbooks/debts/{incident}/settle")).status == 403


async def test_a_form_from_elsewhere_is_refused(rig: Rig, asha: Visitor) -> None:
    incident = await over(rig)
    await asha.get(f"/postmortems/{incident}/edit")
    asha.form_token = "forged"

    seen = await asha.send(f"/postmortems/{incident}/edit", **WRITTEN, version="1")

    assert seen.status == 403
    assert WRITTEN["impact"] in seen.html
    assert (await stored(rig, incident))["version"] == 1
