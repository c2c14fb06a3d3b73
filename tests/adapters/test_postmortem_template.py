"""The template that post-mortems begin with: the user's, kept within bounds; ours where that is broken."""

from datetime import UTC
from pathlib import Path

import pytest

from app.adapters.postmortem_template import LONGEST_OUTPUT, PostMortemTemplate
from app.domain.postmortem import Section
from app.domain.postmortem_draft import template_values
from app.domain.postmortem_import import Imported
from tests.builders import facts_of_an_incident

VALUES = template_values("06bf80f9c0000001", facts_of_an_incident(), "asha", UTC)


def test_ours_has_every_section_and_says_when_what_happened() -> None:
    found, complaint = PostMortemTemplate().begin(VALUES)

    assert complaint == ""
    assert set(found.sections) == set(Section)
    detection, resolution = found.sections[Section.DETECTION], found.sections[Section.RESOLUTION]
    assert "alertmanager reported it Mon 05 Jan 2026 09:00:00 UTC; somebody had it after 2 min." in detection
    assert "It was over Mon 05 Jan 2026 10:00:00 UTC, 1 h 00 min after it began." in resolution
    assert (found.kept, found.further) == ("", None)


def test_ours_holds_also_for_what_is_not_over_and_nobody_had() -> None:
    facts = facts_of_an_incident(acknowledged_at=None, resolved_at=None)

    found, complaint = PostMortemTemplate().begin(template_values("1", facts, "", UTC))

    assert complaint == ""
    assert "somebody had it" not in found.sections[Section.DETECTION]
    assert "It was over" not in found.sections[Section.RESOLUTION]


def test_the_users_file_is_read_each_time(tmp_path: Path) -> None:
    file = tmp_path / "ours.md"
    file.write_text(
        "## Impact\n{{ incident.title }} ({{ owner }}){% for one in timeline %} {{ one.who }}{% endfor %}\n"
    )
    template = PostMortemTemplate(file)

    first = template.begin(VALUES)
    file.write_text("## Lessons\n\n## Action items\n- [ ] Tell them (other; owner {{ owner }})\n")

    assert first == (Imported({Section.IMPACT: "Payments API is down (asha) asha"}), "")
    changed, complaint = template.begin(VALUES)
    assert (changed.kept, complaint) == ("## Lessons", "")
    assert [(item.text, item.owner) for item in changed.actions] == [("Tell them", "asha")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ok\n{% if %}\n", "line 2: Expected an expression"),
        ("{{ nobody }}", "'nobody' is undefined"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ incident.title + 1 }}", "str"),
        ("{{ 'a' * 10**10 }}", "for small numbers only"),
        ("{{ '%1000000000d' % 1 }}", "for small numbers only"),
        ("{{ 'x'.ljust(10**8) }}", "small numbers"),
        ("{{ 'x'.ljust(100000000) }}", "unsafe"),
        ("{{ '{:>100000000}'.format(1) }}", "unsafe"),
        ("{{ 'x' | center(100000000) }}", "No filter named 'center'"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
        ("{% for a in range(99999) %}xxxxxxxxxx{% endfor %}", f"more than {LONGEST_OUTPUT:,} characters"),
        ("{% for a in range(10000000) %}{% endfor %}", "Range too big"),
        ("{% include '/etc/passwd' %}", "no loader"),
        ("{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}", "recursion"),
        ("{{ cycler() }}", "at least one item"),
        ("x" * 100_001, "larger than 100,000 bytes"),
        ("## Impact\n" + "x" * 20_001, "sections.impact: is longer than 20,000"),
        ("## Action items\n- [ ] x (other; due soon)", "'soon' is not a date"),
    ],
)
def test_a_broken_or_boundless_one_gives_way_to_ours_and_the_reason_is_said(
    tmp_path: Path, text: str, reason: str
) -> None:
    (tmp_path / "ours.md").write_text(text)

    used, complaint = PostMortemTemplate(tmp_path / "ours.md").begin(VALUES)

    assert used == PostMortemTemplate().begin(VALUES)[0]
    assert complaint.startswith("the template ours.md could not be used: ")
    assert reason in complaint


def test_one_that_cannot_be_read_gives_way_to_ours(tmp_path: Path) -> None:
    (tmp_path / "binary.md").write_bytes(b"\xff\xfe")

    assert "No such file" in PostMortemTemplate(tmp_path / "gone.md").begin(VALUES)[1]
    assert "is not UTF-8" in PostMortemTemplate(tmp_path / "binary.md").begin(VALUES)[1]
