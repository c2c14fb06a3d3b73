"""Whom a version of a post-mortem concerns: its owner, the facilitator, owners of action items, and the squad."""

from collections.abc import Iterable
from datetime import date, timedelta

import pytest

from app.domain.notification import Notification
from app.domain.postmortem import Edit, Move, PostMortem, PostMortemState, edited, moved
from app.domain.postmortem_deadlines import Owed, PostMortemRules
from app.domain.postmortem_notices import Desk, of_debt, of_nag, of_reopening, of_version
from app.domain.replacing import replace
from app.domain.runbook_debt import debt_of
from tests.builders import NINE, a_post_mortem, an_action_item, an_id
from tests.stories.town import town_rules

DESK = Desk(town_rules(), NINE, "https://oncall.example.com/postmortems/1")
LATER = NINE + timedelta(days=1)


def told(rows: Iterable[Notification]) -> list[tuple[str, str]]:
    """Who hears what."""
    return [(row.reader, row.notice.headline.partition(":")[0]) for row in rows if row.notice]


def change(edit: Edit, by: str = "asha", before: PostMortem | None = None) -> list[tuple[str, str]]:
    was = before or a_post_mortem()
    return told(of_version(was, edited(was, edit, by, LATER), DESK))


def test_whoever_it_falls_to_is_told_that_it_is_theirs() -> None:
    assert told(of_version(None, a_post_mortem(), DESK)) == [("asha", "A post-mortem is yours to write")]
    assert told(of_version(None, a_post_mortem(owner="", by="router"), DESK))[0][0] == "payments"
    assert change(Edit(owner="ben")) == [("ben", "A post-mortem is yours to write")]
    assert change(Edit(owner="ben"), by="ben") == []


def test_a_facilitator_is_told_once_it_is_up_for_review() -> None:
    draft = a_post_mortem(facilitator="chen")
    reviewed = moved(draft, Move.REVIEW, "asha", LATER)

    assert told(of_version(draft, reviewed, DESK)) == [("chen", "A post-mortem is up for review, and you lead it")]
    assert change(Edit(facilitator="ben"), before=reviewed)[0][0] == "ben"
    assert change(Edit(further="More."), before=reviewed) == []
    assert change(Edit(facilitator="ben")) == []


def test_whoever_gets_an_action_item_is_told_unless_they_took_it() -> None:
    item = an_action_item(due=date(2026, 2, 1))

    assert change(Edit(actions=(item,))) == [("ben", "An action item is yours")]
    assert change(Edit(actions=(item,)), by="ben") == []
    assert change(Edit(actions=(replace(item, text="Other"),)), before=a_post_mortem(actions=(item,))) == []


def test_a_published_one_is_announced_to_its_squad_and_wherever_the_rules_say() -> None:
    rules = replace(town_rules(), postmortems=PostMortemRules(publish_to=("payments", "#incidents")))
    reviewed = a_post_mortem(state=PostMortemState.IN_REVIEW, actions=(an_action_item(),))
    published = moved(reviewed, Move.PUBLISH, "asha", LATER)

    rows = of_version(reviewed, published, replace(DESK, rules=rules))

    assert told(rows) == [("payments", "Post-mortem published"), ("#incidents", "Post-mortem published")]
    notice = rows[0].notice
    assert notice
    assert notice.lines == (
        "severity: critical",
        "lasted: 1 h 00 min",
        "owner: asha",
        "action items still open: 1",
    )
    assert told(of_version(published, edited(published, Edit(further="More."), "asha", LATER), DESK)) == []


OWED = Owed(an_id(), "", "Payments API is down", "asha", "payments", NINE)


@pytest.mark.parametrize(
    ("owed", "number", "readers"),
    [
        (OWED, 0, ["asha"]),
        (OWED, 1, ["asha", "payments"]),
        (replace(OWED, owner="left"), 0, ["payments"]),
        (replace(OWED, owner="left"), 2, ["payments"]),
        (replace(OWED, owner="", squad=""), 0, ["cto"]),
        (replace(OWED, squad=""), 3, ["asha"]),
    ],
)
def test_the_owner_is_reminded_then_the_squad_too_and_never_silently_nobody(
    owed: Owed, number: int, readers: list[str]
) -> None:
    rows = of_nag(owed, number, DESK)

    assert [row.reader for row in rows] == readers
    assert {row.key for row in of_nag(owed, number + 1, DESK)}.isdisjoint(row.key for row in rows)


def test_a_runbook_that_did_not_help_is_a_debt_of_its_owner() -> None:
    before = a_post_mortem()
    after = edited(before, Edit(runbook_helped=False), "ben", LATER)

    debt = debt_of(before, after, DESK.rules)

    assert debt
    assert (debt.runbook, debt.owner, debt.by, debt.opened_at) == (
        "payments-api-down",
        "payments",
        "ben",
        LATER,
    )
    assert told(of_debt(debt, DESK)) == [("payments", "A runbook did not help")]
    assert told(of_debt(replace(debt, owner=""), DESK))[0][0] == "cto"
    assert debt_of(after, edited(after, Edit(further="x"), "ben", LATER), DESK.rules) is None


def test_the_debt_goes_to_whom_the_front_matter_names() -> None:
    library = DESK.rules.library
    named = {slug: replace(one, owner="eve") for slug, one in library.by_slug.items()}
    rules = replace(DESK.rules, library=replace(library, by_slug=named))

    debt = debt_of(None, a_post_mortem(runbook_helped=False), rules)

    assert debt
    assert debt.owner == "eve"


def test_the_owner_hears_when_it_came_back_after_the_review() -> None:
    assert told(of_reopening(a_post_mortem(), 7, DESK)) == [("asha", "It came back after its post-mortem was written")]
