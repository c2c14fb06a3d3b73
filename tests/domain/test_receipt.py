"""What a receipt makes of a sending: every pair of state and receipt, and what the ladder does then."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.notification import Notification, NotificationState, Planned, Rejected, Sent
from app.domain.receipt import MOVES, Receipt, SendState
from app.domain.sending import NO_RECEIPT, begin, due_sends, end, receive, record
from tests.builders import NINE, a_notification

SMS = Planned("sms", "+441632960001", 0)
VOICE = Planned("voice", "+441632960001", 300)
TAKEN = Sent("SM1", timedelta(seconds=90))
SECOND = timedelta(seconds=1)


def taken(**changes: object) -> Notification:
    """A page whose text message the provider took at nine; a call would come five minutes later."""
    return record(begin(a_notification(**{"plan": (SMS, VOICE)} | changes)), {0: TAKEN}, NINE)


def states(row: Notification) -> list[str]:
    return [send.state.value for send in row.sends]


def test_what_was_taken_waits_for_its_receipt_beside_the_next_rung() -> None:
    row = taken()

    assert (states(row), row.due_at) == (["sent", "pending"], NINE + 90 * SECOND)
    assert due_sends(row, NINE + 90 * SECOND) == ()


def test_delivered_is_written_down_and_the_ladder_goes_on_as_before() -> None:
    row = receive(taken(), "SM1", Receipt.DELIVERED, "", NINE + SECOND)

    assert (states(row), row.due_at) == (["delivered", "pending"], NINE + 300 * SECOND)


@pytest.mark.parametrize("receipt", [Receipt.UNDELIVERED, Receipt.UNANSWERED])
def test_a_bad_receipt_brings_the_next_method_at_once_as_a_refusal_does(receipt: Receipt) -> None:
    at = NINE + 10 * SECOND
    refused = record(begin(a_notification(plan=(SMS, VOICE))), {0: Rejected("no")}, at)

    row = receive(taken(), "SM1", receipt, "carrier: no such number", at)

    assert (row.due_at, row.sends[1].due_at) == (at, at) == (refused.due_at, refused.sends[1].due_at)
    assert row.sends[0].reason == "carrier: no such number"


def test_taken_and_never_delivered_counts_as_not_reached_when_its_time_is_over() -> None:
    late = NINE + 90 * SECOND

    early, row = record(taken(), {}, late - SECOND), record(taken(), {}, late)

    assert early == taken()
    assert (states(row), row.sends[0].reason, due_sends(row, late)) == (["failed", "pending"], NO_RECEIPT, (1,))


def test_a_receipt_that_comes_twice_or_belongs_to_another_message_changes_nothing() -> None:
    row = taken()
    heard = receive(row, "SM1", Receipt.UNDELIVERED, "no", NINE + SECOND)

    assert receive(heard, "SM1", Receipt.UNDELIVERED, "again", NINE + 2 * SECOND) is heard
    assert receive(row, "SM2", Receipt.UNDELIVERED, "no", NINE) is row


def test_delivered_wins_in_whatever_order_receipts_come() -> None:
    bad = receive(taken(), "SM1", Receipt.UNDELIVERED, "no", NINE + SECOND)

    assert states(receive(bad, "SM1", Receipt.DELIVERED, "", NINE + 2 * SECOND))[0] == "delivered"
    good = receive(taken(), "SM1", Receipt.DELIVERED, "", NINE + SECOND)
    assert [receive(good, "SM1", receipt, "", NINE + 2 * SECOND) is good for receipt in Receipt] == [True] * 4


def test_a_receipt_for_a_page_that_has_ended_is_written_down_and_wakes_nothing() -> None:
    row = end(taken(), "acknowledged by asha")

    heard = receive(row, "SM1", Receipt.UNDELIVERED, "no", NINE + SECOND)

    assert (states(heard), heard.state, heard.due_at) == (["failed", "skipped"], NotificationState.ENDED, None)


def test_the_last_method_that_is_not_delivered_leaves_the_reader_unreached() -> None:
    row = taken(plan=(SMS,))

    assert receive(row, "SM1", Receipt.UNDELIVERED, "no", NINE).state is NotificationState.FAILED
    assert record(row, {}, NINE + 90 * SECOND).state is NotificationState.FAILED


def test_a_spare_method_is_tried_when_the_last_one_is_not_delivered() -> None:
    row = receive(taken(plan=(SMS,), spare=(VOICE,)), "SM1", Receipt.UNDELIVERED, "no", NINE + SECOND)

    assert (states(row), row.due_at) == (["failed", "pending"], NINE + SECOND)


def test_a_call_that_rang_unanswered_rings_again_and_is_nobodys_failure() -> None:
    row = receive(taken(plan=(VOICE,)), "SM1", Receipt.UNANSWERED, "no key was pressed", NINE + 60 * SECOND)

    assert (states(row), row.state) == (["unanswered", "pending"], NotificationState.LIVE)
    assert row.due_at == NINE + 960 * SECOND


def test_a_last_resort_who_did_not_answer_is_called_again_soon() -> None:
    row = receive(taken(plan=(VOICE,), never_fails=True), "SM1", Receipt.UNANSWERED, "rang", NINE)

    assert row.due_at == NINE + 300 * SECOND


def test_one_success_that_is_not_sure_yet_holds_the_next_method_back_and_does_not_end_the_row() -> None:
    row = taken(plan=(SMS, replace(VOICE, after=60)), once=True)

    assert (row.state, row.due_at) == (NotificationState.LIVE, NINE + 90 * SECOND)
    assert due_sends(row, NINE + 60 * SECOND) == ()
    done = receive(row, "SM1", Receipt.DELIVERED, "", NINE + SECOND)
    assert (states(done), done.state) == (["delivered", "skipped"], NotificationState.DONE)
    on = receive(row, "SM1", Receipt.UNDELIVERED, "no", NINE + SECOND)
    assert due_sends(on, NINE + SECOND) == (1,)


def test_the_next_round_waits_until_it_is_known_what_works() -> None:
    row = taken(plan=(SMS,))
    assert len(row.sends) == 1

    delivered = receive(row, "SM1", Receipt.DELIVERED, "", NINE + 5 * SECOND)

    assert (states(delivered), delivered.due_at) == (["delivered", "pending"], NINE + 905 * SECOND)


def test_without_a_time_or_a_reference_nothing_is_waited_for() -> None:
    for result in (Sent("SM1"), Sent("", timedelta(seconds=90)), Sent("SM1", timedelta(0))):
        assert not record(begin(a_notification()), {0: result}, NINE).sends[0].is_awaited


@pytest.mark.parametrize("state", SendState)
@pytest.mark.parametrize("receipt", Receipt)
def test_no_receipt_touches_what_was_not_taken_or_takes_back_a_delivery(state: SendState, receipt: Receipt) -> None:
    after = MOVES.get((state, receipt), state)

    if state in (SendState.PENDING, SendState.SKIPPED, SendState.OBSERVED, SendState.DELIVERED):
        assert after is state
    assert after is not SendState.SENT or state is SendState.SENT
