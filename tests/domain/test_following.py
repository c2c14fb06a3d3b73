"""When a follow-up is due, which messages it has to reach, and when it is over."""

from datetime import timedelta

import pytest

from app.domain.classify import Severity
from app.domain.context import Context
from app.domain.following import (
    MOST_LINES,
    MOST_POSTS,
    PATIENCE,
    bounded,
    follow_up,
    followed,
    is_settled,
    owes,
    posted,
)
from app.domain.incident import Entry, Incident, Mark, Outcome, Status, Ticket
from app.domain.message import MessageKind
from app.domain.notification import Notification, NotificationState, Rejected, Retry, Send, SendState, Sent
from app.domain.replacing import replace
from tests.builders import NINE, a_decision, a_notification, an_entry, an_incident
from tests.stories.slack_stage import SLACK_RULES
from tests.stories.town import town_rules

CTX = Context(NINE, town_rules(SLACK_RULES))
BEFORE = an_incident()
AFTER = replace(BEFORE, version=2)


def row(after: Incident, *timeline: Entry, ctx: Context = CTX, before: Incident | None = BEFORE) -> Notification | None:
    return follow_up(before, a_decision(incident=after, timeline=timeline, notifications=()), ctx)


def sent(reference: str = "D1/1.1", **changes: object) -> Send:
    fields = {"channel": "slack", "address": "U1", "due_at": NINE, "state": SendState.SENT, "at": NINE} | changes
    return Send(reference=reference, **fields)  # type: ignore[arg-type]


def an_update(**changes: object) -> Notification:
    return a_notification(key="u", kind=MessageKind.UPDATE, reader="", plan=(), **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"status": Status.ACKNOWLEDGED, "acknowledged_by": "asha"},
        {"status": Status.RESOLVED, "resolved_by": "asha"},
        {"acknowledged_by": "ben"},
        {"acknowledged_at": NINE},
        {"marks": (Mark.PARKED,)},
        {"severity": Severity.HIGH},
        {"tickets": (Ticket("payments", "https://tracker.example.com/1"),)},
        {"call": "https://meet.example.com/payments"},
    ],
)
def test_a_change_that_people_see_is_followed(changes: dict[str, object]) -> None:
    found = row(replace(AFTER, **changes))

    assert found is not None
    assert (found.kind, found.due_at, found.plan) == (MessageKind.UPDATE, NINE, ())


@pytest.mark.parametrize("changes", [{}, {"count": 900}, {"alerts": 7, "firing": 7}, {"updated_at": NINE}])
def test_what_a_storm_counts_is_not_followed(changes: dict[str, object]) -> None:
    assert row(replace(AFTER, **changes), an_entry(what="grouped"), an_entry(what="alert_resolved")) is None


def test_news_are_followed_though_nothing_else_has_changed() -> None:
    found = row(AFTER, an_entry(what="note", text="looking\nat it", who="asha", channel="cli"))

    assert found is not None
    assert found.remark == "09:00 note: looking at it (asha, cli)"


def test_a_new_incident_and_one_whose_readers_have_no_such_channel_are_not_followed() -> None:
    taken = replace(AFTER, status=Status.ACKNOWLEDGED)

    assert row(taken, before=None) is None
    assert row(taken, ctx=Context(NINE, town_rules())) is None
    assert follow_up(BEFORE, replace(a_decision(), incident=None, outcome=Outcome.ALREADY), CTX) is None


def test_no_two_changes_have_the_same_key() -> None:
    taken, over = replace(AFTER, status=Status.ACKNOWLEDGED), replace(AFTER, status=Status.RESOLVED)
    later = Context(NINE + timedelta(seconds=1), CTX.rules)

    found = [row(taken), row(over), row(taken, an_entry(what="note")), row(taken, ctx=later)]

    assert len({one.key for one in found if one}) == 4
    assert row(taken) == found[0], "and the same change has the same one, for a conflict asks again"


def test_messages_are_followed_that_were_taken_and_speak_of_one_incident() -> None:
    page = a_notification(
        sends=(
            sent("D1/1.1"),
            sent("D1/1.2", at=NINE + timedelta(minutes=15)),
            sent("D1/1.3", among=7),
            sent("", at=NINE),
            sent("D1/1.5", state=SendState.FAILED),
            sent("m@example.com", channel="email"),
        )
    )
    notice = a_notification(key="n", kind=MessageKind.RESOLVED, sends=(sent("D1/2.1"),))
    other = a_notification(key="o", reader="ben", sends=(sent("D2/1.1", address="U2"),))

    found = [(post.reference, post.is_root) for post in posted([page, notice, other], BEFORE)]

    assert sorted(found) == [("D1/1.1", True), ("D1/1.2", False), ("D2/1.1", True)]
    assert found[0] == ("D1/1.2", False), "the newest first"


def test_of_very_many_messages_the_newest_are_followed() -> None:
    sends = tuple(sent(f"D1/{n}", at=NINE + timedelta(minutes=n)) for n in range(MOST_POSTS + 5))

    found = posted([a_notification(sends=sends)], BEFORE)

    assert [found[0].reference, found[-1].reference] == [f"D1/{MOST_POSTS + 4}", "D1/5"]


def test_a_follow_up_is_over_when_every_message_was_tried_for_good() -> None:
    posts = posted([a_notification(sends=(sent("D1/1"), sent("D1/2"), sent("D1/3")))], BEFORE)
    results = {"D1/1": Sent("D1/1"), "D1/2": Rejected("gone"), "D1/3": Retry("down")}

    once = followed(an_update(), posts, results, True, NINE)
    assert (once.state, once.due_at) == (NotificationState.LIVE, NINE + timedelta(seconds=5))
    assert [owes(once, post) for post in sorted(posts, key=lambda post: post.reference)] == [False, False, True]

    twice = followed(once, posts, {"D1/3": Sent("D1/3")}, True, NINE + timedelta(seconds=5))
    assert (twice.state, twice.due_at) == (NotificationState.DONE, None)
    assert sorted(send.state for send in twice.sends) == ["failed", "sent", "sent"]


def test_it_is_not_over_while_a_page_is_on_its_way() -> None:
    going = a_notification(due_at=NINE)
    later = replace(going, due_at=NINE + timedelta(minutes=5))
    over = replace(going, state=NotificationState.DONE)

    assert not is_settled([later, going], NINE)
    assert is_settled([later, over, an_update(due_at=NINE)], NINE)
    assert followed(an_update(), (), {}, False, NINE).due_at == NINE + timedelta(seconds=2)


def test_a_channel_that_stays_away_is_asked_ever_less_often_and_given_up_after_a_day() -> None:
    posts = posted([a_notification(sends=(sent("D1/1"),))], BEFORE)
    now, one, waits = NINE, an_update(), list[float]()
    while one.due_at is not None:
        one = followed(one, posts, {"D1/1": Retry("down")}, True, now)
        waits.append((one.due_at - now).total_seconds() if one.due_at else 0)
        now = one.due_at or now

    assert waits[:8] == [5, 10, 20, 40, 80, 160, 300, 300]
    assert (one.state, one.ended) == (NotificationState.ENDED, "given up after a day")
    assert now - NINE >= PATIENCE


def test_the_wait_that_a_channel_asks_for_is_kept() -> None:
    posts = posted([a_notification(sends=(sent("D1/1"),))], BEFORE)

    found = followed(an_update(), posts, {"D1/1": Retry("busy", timedelta(minutes=15))}, True, NINE)

    assert found.due_at == NINE + timedelta(minutes=15)


def test_a_message_of_a_page_that_came_after_the_change_is_not_owed() -> None:
    [post] = posted([a_notification(created_at=NINE + timedelta(seconds=1), sends=(sent(),))], BEFORE)

    assert not owes(an_update(), post)


def test_lines_that_are_left_off_are_counted() -> None:
    lines = [str(number) for number in range(MOST_LINES + 3)]

    assert bounded(lines) == ("… 3 more: see the timeline", *lines[3:])
    assert bounded(lines[:MOST_LINES]) == tuple(lines[:MOST_LINES])
