"""A post-mortem as a Markdown file, and back: nothing that people wrote is lost on the way."""

from datetime import UTC, date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.action_item import ActionKind, ActionState
from app.domain.errors import InvalidPayload
from app.domain.postmortem import Edit, Moment, PostMortem, Section, edited, tidy
from app.domain.postmortem_import import LONGEST_FILE, edit_of, read_markdown
from app.domain.postmortem_markdown import exported
from tests.builders import NINE, a_post_mortem, an_action_item, an_id, facts_of_an_incident

LONDON = ZoneInfo("Europe/London")

HEADS = st.sampled_from(
    ["## Timeline", "# Root cause", "## Action items", "\\## Impact", "---", "## Mine", "- [ ] do (other)", "| a | b |"]
)
LINES = st.one_of(HEADS, st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=30))
BODIES = st.lists(LINES, max_size=6).map(lambda lines: tidy("\n".join(lines)))
NAMES = st.sampled_from(["", "asha", "ben.o-k@home"])
TEXTS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=30)
ACTIONS = st.builds(
    an_action_item,
    id=st.integers(1, 10**9).map(an_id),
    kind=st.sampled_from(ActionKind),
    state=st.sampled_from(ActionState),
    text=TEXTS,
    owner=NAMES,
    due=st.none() | st.dates(date(2000, 1, 1), date(2199, 12, 31)),
)
WRITTEN = st.builds(
    a_post_mortem,
    sections=st.fixed_dictionaries(dict.fromkeys(Section, BODIES)),
    further=BODIES,
    owner=NAMES,
    facilitator=NAMES,
    runbook_helped=st.sampled_from([True, False, None]),
    actions=st.lists(ACTIONS, max_size=4, unique_by=lambda item: item.id).map(tuple),
)


def brought_back(one: PostMortem, text: str) -> PostMortem:
    """The version after somebody has brought this file back on top of `one`."""
    ours = frozenset(exported(one, LONDON).split("\n"))
    return edited(one, edit_of(one, read_markdown(text, ours)), "asha", NINE)


@given(WRITTEN)
def test_an_export_brought_back_changes_nothing(one: PostMortem) -> None:
    assert brought_back(one, exported(one, LONDON)) is one


@given(WRITTEN, st.lists(LINES, min_size=1, max_size=5), st.data())
def test_no_line_of_a_file_is_lost_wherever_it_stands(one: PostMortem, lines: list[str], data: Any) -> None:
    text = exported(one, LONDON).split("\n")
    at = data.draw(st.integers(0, len(text)))
    foreign = [f"somebody's {n}: {line}" for n, line in enumerate(lines)]

    after = brought_back(one, "\n".join([*text[:at], *foreign, *text[at:]]))

    kept = "\n".join([*after.sections.values(), after.further]).split("\n")
    assert [line for line in foreign if tidy(line) not in kept] == []


def test_the_file_can_be_read_by_people() -> None:
    one = a_post_mortem(
        facilitator="ben",
        runbook_helped=False,
        actions=(an_action_item(due=date(2026, 2, 1)), an_action_item(id=an_id(8), state=ActionState.DONE, owner="")),
        further="Thanks to everybody.",
    )

    assert exported(one, LONDON) == (
        f"""---
incident: {an_id()}
version: 1
state: draft
owner: asha
facilitator: ben
runbook_helped: no
---

# Post-mortem: Payments API is down

|  |  |
|---|---|
| Severity | critical |
| Squad | payments |
| Reported by | alertmanager |
| Runbook | payments-api-down |
| Began | Mon 05 Jan 2026 09:00:00 GMT |
| Acknowledged | Mon 05 Jan 2026 09:02:00 GMT, 2 min after it began |
| Resolved | Mon 05 Jan 2026 10:00:00 GMT, 1 h 00 min after it began |
| Owner | asha |
| Facilitator | ben |
| People | asha, ben |

## Scale and impact

About impact.

## Root cause, beyond the symptoms

About root_cause.

## How we became aware

About detection.

## How it was resolved

About resolution.

## Steps to prevent it

About prevention.

## Action items

- [ ] Alert on the queue (new alert; owner ben; due 2026-02-01) #{an_id(7)}
- [x] Alert on the queue (new alert) #{an_id(8)}

## Timeline

| time | who | what |
|---|---|---|
| Mon 05 Jan 2026 09:02:00 GMT | asha | acknowledged: asha has it |

## Further notes

Thanks to everybody.
"""
    )


def test_text_of_an_alert_ends_no_cell_and_begins_no_line() -> None:
    hostile = Moment(NINE, "x | y", "opened", "a | b\n## Timeline\n<script>\\|")
    one = a_post_mortem(facts=facts_of_an_incident(title="down\n## Impact\n|", timeline=(hostile,)))

    text = exported(one, UTC)

    assert "# Post-mortem: down ## Impact |\n" in text
    assert "| x \\| y | opened: a \\| b ## Timeline &lt;script>\\\\\\| |\n" in text
    assert brought_back(one, exported(one, LONDON)) is one


def test_what_a_file_says_is_taken_in() -> None:
    one = a_post_mortem(actions=(an_action_item(), an_action_item(id=an_id(8))))
    text = exported(one, LONDON)
    for was, now in (
        ("owner: asha", "owner: ben"),
        ("runbook_helped: ", "runbook_helped: no"),
        ("About impact.", "412 customers.\n\n### Money\n\nNone."),
        (
            f"- [ ] Alert on the queue (new alert; owner ben) #{an_id(7)}",
            f"- [x] Alert (other; due 2026-02-03) #{an_id(7)}",
        ),
        ("## Timeline", "* [ ] Write the runbook (updated runbook; owner chen)\n* [-] Rewrite it all\n\n## Timeline"),
    ):
        assert was in text
        text = text.replace(was, now, 1)

    after = brought_back(one, text)

    assert (after.owner, after.runbook_helped, after.further) == ("ben", False, "")
    assert after.sections[Section.IMPACT] == "412 customers.\n\n### Money\n\nNone."
    assert [(item.id, item.kind, item.text, item.owner, item.state, item.due) for item in after.actions] == [
        (an_id(7), "other", "Alert", "", "done", date(2026, 2, 3)),
        (an_id(8), "new_alert", "Alert on the queue", "ben", "open", None),
        ("", "updated_runbook", "Write the runbook", "chen", "open", None),
        ("", "other", "Rewrite it all", "", "dropped", None),
    ]


def test_a_file_from_elsewhere_is_read_as_far_as_it_goes_and_the_rest_is_kept() -> None:
    text = (
        "Incident 42\n\n# Impact:\nMany.\n\n## Lessons\nTest more.\n\n## ROOT CAUSE\nA typo.\n## Root cause\nAnd haste."
    )

    found = read_markdown(text)

    assert found.sections == {
        Section.IMPACT: "Many.\n\n## Lessons\nTest more.",
        Section.ROOT_CAUSE: "A typo.\n\nAnd haste.",
    }
    assert (found.kept, found.further, found.version, found.incident) == ("Incident 42", None, None, "")


def test_a_row_that_somebody_has_put_into_the_timeline_is_kept_among_the_notes() -> None:
    one = a_post_mortem()
    row = "| about 09:10 | chen | customers called |"

    after = brought_back(one, exported(one, LONDON).replace("\n\n## Further notes", f"\n{row}\n\n## Further notes"))

    assert after.further == row
    assert after.facts == one.facts


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x" * (LONGEST_FILE + 1), "longer than"),
        ("## Action items\n- [ ] do it (other; due tomorrow)", "'tomorrow' is not a date"),
        ("## Action items\n- [ ] do it (other; size xl)", "'size xl' is no detail"),
    ],
)
def test_a_file_that_cannot_be_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidPayload, match=reason) as refused:
        read_markdown(text)

    assert refused.value.field == "markdown"


def test_an_action_item_that_the_file_leaves_out_stays() -> None:
    one = edited(a_post_mortem(), Edit(actions=(an_action_item(),)), "asha", NINE + timedelta(hours=1))

    assert brought_back(one, "## Action items\n").actions == one.actions


def test_an_action_item_that_was_copied_from_another_post_mortem_is_a_new_one() -> None:
    one = a_post_mortem(actions=(an_action_item(),))

    edit = edit_of(one, read_markdown(f"## Action items\n- [ ] Theirs (other) #{an_id(99)}\n"))

    assert [(item.id, item.text) for item in edit.actions or ()] == [
        (one.actions[0].id, one.actions[0].text),
        ("", "Theirs"),
    ]


def test_a_line_that_was_copied_within_the_file_is_another_item_and_neither_is_lost() -> None:
    one = a_post_mortem(actions=(an_action_item(),))
    id = one.actions[0].id

    edit = edit_of(one, read_markdown(f"## Action items\n- [ ] First (other) #{id}\n- [ ] Second (other) #{id}\n"))

    assert [(item.id, item.text) for item in edit.actions or ()] == [(id, "First"), ("", "Second")]
