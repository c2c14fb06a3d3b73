"""Post-mortems from the command line, against a real server: drafted, edited by file, published, and tracked."""

import json
import re
import time
from pathlib import Path
from shlex import join
from typing import Any

import pytest

from tests.entrypoints.cli.terminal import COMMAND, PATIENCE, ROOT, Served
from tests.entrypoints.cli.test_server_commands import said

pytestmark = pytest.mark.server

SECTIONS = ("Scale and impact", "Root cause, beyond the symptoms", "Steps to prevent it")


@pytest.fixture(scope="module")
def incident(served: Served) -> str:
    """One that Asha resolved, once its draft is there."""
    made = json.loads(said(served.run("raise", "Three customers cannot pay", "--by", "asha", "--json")))
    id = str(made["id"])
    said(served.run("ack", id, "--by", "asha"))
    said(served.run("resolve", id, "--by", "asha"))
    until = time.monotonic() + PATIENCE
    while served.run("postmortem", "show", id).exit_code:
        assert time.monotonic() < until, "no draft was made"
        time.sleep(0.2)
    return id


def shown(served: Served, id: str) -> dict[str, Any]:
    return dict(json.loads(said(served.run("postmortem", "show", id, "--json"))))


def test_a_resolved_incident_has_a_draft_within_seconds(served: Served, incident: str) -> None:
    listed = said(served.run("postmortem", "list", "--owner", "asha"))

    assert incident in listed
    assert "CRITICAL Three customers cannot pay" in listed
    assert "# Post-mortem: Three customers cannot pay" in said(served.run("postmortem", "show", incident[-6:]))


def test_it_is_edited_as_a_file_reviewed_and_published(served: Served, incident: str, tmp_path: Path) -> None:
    file = tmp_path / "written.md"
    said(served.run("postmortem", "export", incident, str(file)))
    text = file.read_text()
    for heading in SECTIONS:
        text = text.replace(f"## {heading}\n", f"## {heading}\n\nAbout {heading}.\n")
    file.write_text(text)

    brought = said(served.run("postmortem", "import", str(file), "--by", "asha"))

    assert f"{incident} is draft, version " in brought
    assert '"Scale and impact"' in brought
    again = served.run("postmortem", "import", str(file), "--by", "ben")
    assert again.exit_code == 1
    assert "saved by asha" in again.stderr
    assert "is in review" in said(served.run("postmortem", "review", incident, "--by", "asha"))
    assert "is published" in said(served.run("postmortem", "publish", incident, "--by", "ben"))
    assert "is draft" in said(served.run("postmortem", "rework", incident, "--by", "ben"))
    history = said(served.run("postmortem", "history", incident))
    assert [word for word in ("drafted", "sent to review", "published") if word not in history] == []


def test_what_was_typed_is_kept_when_somebody_was_quicker(
    served: Served, incident: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    url = f"--url {served.url} --token {served.token}"
    quicker = tmp_path / "quicker.sh"
    quicker.write_text(
        "#!/bin/sh\n"
        f'{_command()} action add {incident} "Meanwhile" --by ben {url} >/dev/null\n'
        'printf "\\nMy own words.\\n" >> "$1"\n'
    )
    quicker.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(quicker))

    ended = served.run("postmortem", "edit", incident, "--by", "asha")

    assert ended.exit_code == 1
    assert "saved by ben (action items)" in ended.stderr
    assert "My own words." in (tmp_path / f"post-mortem-{incident}.md").read_text()
    quicker.write_text('#!/bin/sh\nprintf "\\nMy own words.\\n" >> "$1"\n')
    assert "further notes" in said(served.run("postmortem", "edit", incident, "--by", "asha"))
    quicker.write_text("#!/bin/sh\n")
    assert said(served.run("postmortem", "edit", incident, "--by", "asha")).strip() == "Nothing was changed."
    monkeypatch.setenv("VISUAL", str(tmp_path / "no-editor"))
    assert "did not work" in served.run("postmortem", "edit", incident).stderr


def test_action_items_are_added_listed_and_done(served: Served, incident: str) -> None:
    added = said(
        served.run(
            *("action", "add", incident, "Alert on the queue", "--kind", "new_alert", "--owner", "ben"),
            *("--due", "2030-01-01", "--by", "asha"),
        )
    )
    (id,) = re.findall(r"action done (\w{16})", added)
    assert "Alert on the queue" in said(served.run("action", "list", "--owner", "ben"))
    given = said(served.run("action", "change", id, "--owner", "asha", "--due", "2030-02-01", "--by", "asha"))
    assert given.strip() == f"{id} Alert on the queue: open, asha, 2030-02-01"

    assert ": done," in said(served.run("action", "done", id[-6:], "--by", "asha"))

    assert id not in said(served.run("action", "list"))
    assert id in said(served.run("action", "list", "--all"))
    assert ": open," in said(served.run("action", "change", id, "--reopen", "--by", "asha"))
    assert ": dropped," in said(served.run("action", "drop", id, "--by", "asha"))


def test_a_runbook_that_did_not_help_is_listed_until_it_is_settled(
    served: Served, incident: str, tmp_path: Path
) -> None:
    assert "No runbook is owed." in said(served.run("runbook-debt", "list"))
    file = tmp_path / "written.md"
    said(served.run("postmortem", "export", incident, str(file)))
    file.write_text(file.read_text().replace("runbook_helped: \n", "runbook_helped: no\n"))
    said(served.run("postmortem", "import", str(file), "--by", "asha"))

    assert incident in said(served.run("runbook-debt", "list"))

    assert "is up to date, says ben." in said(served.run("runbook-debt", "settle", incident, "--by", "ben"))
    assert "by ben" in said(served.run("runbook-debt", "list", "--all"))


def test_a_file_that_does_not_say_whose_it_is_is_refused(served: Served, tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text("## Impact\n")

    ended = served.run("postmortem", "import", str(tmp_path / "note.md"))
    missing = served.run("postmortem", "import", str(tmp_path / "gone.md"))

    assert (ended.exit_code, "name the incident with --id" in ended.stderr) == (1, True)
    assert (missing.exit_code, "No such file" in missing.stderr) == (1, True)


def _command() -> str:
    """The program as a shell calls it, from anywhere."""
    return f"PYTHONPATH={ROOT} {join(COMMAND)}"
