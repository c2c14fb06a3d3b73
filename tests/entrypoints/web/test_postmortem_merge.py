"""A form that was overtaken: what was typed stays, what was not touched is theirs, and where both wrote is shown."""

from app.entrypoints.web.postmortem_merge import Merge, merged, stored_in
from tests.builders import a_post_mortem

BASE = {**stored_in(a_post_mortem()), "further": "Thanks.\n"}


def test_each_keeps_what_only_they_have_changed() -> None:
    mine, theirs = {**BASE, "impact": "Mine."}, {**BASE, "detection": "Theirs.", "owner": "ben"}

    assert merged(BASE, mine, theirs) == Merge({**BASE, "impact": "Mine.", "detection": "Theirs.", "owner": "ben"})


def test_where_both_have_written_mine_stands_and_theirs_is_shown() -> None:
    mine, theirs = {**BASE, "impact": "Mine."}, {**BASE, "impact": "Theirs."}

    assert merged(BASE, mine, theirs) == Merge(mine, {"impact": "Theirs."})


def test_the_same_from_both_is_no_difference_nor_are_blanks_at_the_ends() -> None:
    theirs = {**BASE, "impact": "Same."}

    assert merged(BASE, {**BASE, "impact": "Same. ", "further": "Thanks."}, theirs).theirs == {}
    assert merged(BASE, {**BASE, "further": "Thanks."}, {**BASE, "further": "More."}).values["further"] == "More."
