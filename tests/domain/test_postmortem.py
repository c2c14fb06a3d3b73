"""Post-mortems: how they move on, what a version says that it changed, and what keeps one from being published."""

from datetime import date, timedelta

import pytest

from app.domain.errors import IllegalTransition, InvalidPayload
from app.domain.postmortem import (
    LONGEST_SECTION,
    MOST_ACTIONS,
    TRANSITIONS,
    Edit,
    Move,
    PostMortemState,
    Section,
    edited,
    moved,
    tidy,
    unwritten,
    with_facts,
)
from app.domain.replacing import replace
from tests.builders import NINE, a_post_mortem, an_action_item, an_id, facts_of_an_incident

LATER = NINE + timedelta(days=1)


def test_it_goes_from_draft_to_review_to_published() -> None:
    draft = a_post_mortem()

    reviewed = moved(draft, Move.REVIEW, "asha", LATER)
    published = moved(reviewed, Move.PUBLISH, "ben", LATER)

    assert [(one.state, one.version, one.by, one.change) for one in (draft, reviewed, published)] == [
        ("draft", 1, "router", "drafted"),
        ("in_review", 2, "asha", "sent to review"),
        ("published", 3, "ben", "published"),
    ]
    assert (draft.published_at, published.published_at) == (None, LATER)


@pytest.mark.parametrize("state", PostMortemState)
@pytest.mark.parametrize("move", Move)
def test_a_move_that_is_not_in_the_table_is_refused_and_says_what_is_possible(
    state: PostMortemState, move: Move
) -> None:
    before = a_post_mortem(state=state)

    if (state, move) in TRANSITIONS:
        assert moved(before, move, "asha", LATER).state is not state
        return
    with pytest.raises(IllegalTransition, match=f"{move} is not possible; possible: ") as refused:
        moved(before, move, "asha", LATER)
    assert all(one.value in str(refused.value) for of, one in TRANSITIONS if of is state)


def test_one_that_is_taken_back_is_not_published_any_more() -> None:
    published = a_post_mortem(state=PostMortemState.PUBLISHED, published_at=NINE)

    back = moved(published, Move.REWORK, "asha", LATER)

    assert (back.state, back.published_at) == (PostMortemState.DRAFT, None)


def test_a_section_that_holds_only_a_remark_of_the_template_is_unwritten_and_keeps_it_from_being_published() -> None:
    sections = {**a_post_mortem().sections, Section.IMPACT: "<!-- Who?\nHow many? -->\n", Section.DETECTION: ""}
    reviewed = a_post_mortem(state=PostMortemState.IN_REVIEW, sections=sections)

    assert unwritten(reviewed) == (Section.IMPACT, Section.DETECTION)
    with pytest.raises(IllegalTransition, match='"Scale and impact", "How we became aware"'):
        moved(reviewed, Move.PUBLISH, "asha", LATER)


def test_a_version_says_what_it_changed() -> None:
    before = a_post_mortem()

    after = edited(
        before,
        Edit({Section.IMPACT: "412 customers."}, "More.", "ben", "chen", False, (an_action_item(),)),
        "ben",
        LATER,
    )

    assert after.change == (
        '"Scale and impact", further notes, owner ben, facilitator chen, the runbook did not help, action items'
    )
    assert (after.version, after.by, after.at) == (2, "ben", LATER)
    assert after.sections == {**before.sections, Section.IMPACT: "412 customers."}


def test_an_edit_that_changes_nothing_is_no_version() -> None:
    before = a_post_mortem()

    assert edited(before, Edit({Section.IMPACT: "About impact.\r\n"}, owner="asha"), "ben", LATER) is before


@pytest.mark.parametrize(
    ("edit", "field"),
    [
        (Edit({Section.IMPACT: "x" * (LONGEST_SECTION + 1)}), "sections.impact"),
        (Edit(further="x" * 60_001), "further"),
        (Edit(actions=tuple(an_action_item(id=an_id(n)) for n in range(MOST_ACTIONS + 1))), "actions"),
        (Edit(actions=(an_action_item(text=""),)), "text"),
        (Edit(actions=(an_action_item(text="x" * 501),)), "text"),
        (Edit(actions=(an_action_item(due=date(9999, 12, 31)),)), "due"),
        (Edit(actions=(an_action_item(due=date(1, 1, 1)),)), "due"),
    ],
)
def test_what_is_too_long_or_no_date_that_anybody_means_is_refused(edit: Edit, field: str) -> None:
    with pytest.raises(InvalidPayload) as refused:
        edited(a_post_mortem(), edit, "asha", LATER)

    assert refused.value.field == field


def test_text_loses_what_cannot_be_seen_and_keeps_what_markdown_needs() -> None:
    assert tidy("\r\n\r\n  code\x00\x1b[31m  \r\n\ttab\x7f\rlast\n\n") == "  code[31m  \n\ttab\nlast"


def test_a_draft_is_brought_up_to_date_with_its_incident_once() -> None:
    draft = a_post_mortem()
    more = facts_of_an_incident(incident_version=5, count=4)

    after = with_facts(draft, more, LATER)

    assert (after.facts, after.version, after.by) == (more, 2, "router")
    assert with_facts(after, more, LATER) is after
    assert with_facts(after, replace(more, incident_version=4), LATER) is after


@pytest.mark.parametrize("state", [PostMortemState.IN_REVIEW, PostMortemState.PUBLISHED])
def test_what_is_no_draft_any_more_keeps_its_timeline(state: PostMortemState) -> None:
    written = a_post_mortem(state=state)

    assert with_facts(written, facts_of_an_incident(incident_version=9), LATER) is written
