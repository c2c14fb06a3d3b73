"""What Slack signs is believed, what it does not is refused, and whatever it sends is read without a surprise."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.slack_requests import Click, Submission, check_slack, is_probe, parse_command, parse_interaction
from app.domain.errors import InvalidPayload, Unauthorised

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
SENT = datetime.fromtimestamp(1531420618, UTC)
BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
HEADERS = {
    "x-slack-request-timestamp": "1531420618",
    "x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
}
"""The example of https://docs.slack.dev/authentication/verifying-requests-from-slack/."""

CLICK = {
    "type": "block_actions",
    "user": {"id": "U1", "username": "asha", "team_id": "T1"},
    "team": {"id": "T1", "domain": "x"},
    "container": {"type": "message", "message_ts": "1.2", "channel_id": "D1"},
    "trigger_id": "3.4.5",
    "response_url": "https://hooks.slack.com/actions/T1/1/x",
    "actions": [{"type": "button", "action_id": "acknowledge", "value": "inc1/1/1/0/asha#1.slack", "action_ts": "9.9"}],
}


def form(payload: object) -> bytes:
    return urlencode({"payload": json.dumps(payload)}).encode()


def test_the_published_example_is_believed_for_five_minutes() -> None:
    for away in (timedelta(0), timedelta(seconds=299), timedelta(seconds=-299)):
        check_slack(SECRET, HEADERS, BODY, SENT + away)


@pytest.mark.parametrize("away", [301, -301, 86_400])
def test_what_is_older_than_five_minutes_is_refused(away: int) -> None:
    with pytest.raises(Unauthorised, match="five minutes"):
        check_slack(SECRET, HEADERS, BODY, SENT + timedelta(seconds=away))


@pytest.mark.parametrize(
    ("secret", "changes", "body"),
    [
        ("another", {}, BODY),
        (SECRET, {}, BODY + b"&"),
        (SECRET, {}, b""),
        (SECRET, {"x-slack-signature": ""}, BODY),
        (SECRET, {"x-slack-signature": "v0="}, BODY),
        (SECRET, {"x-slack-signature": HEADERS["x-slack-signature"].removeprefix("v0=")}, BODY),
        (SECRET, {"x-slack-signature": "v0=é\xff"}, BODY),
        (SECRET, {"x-slack-signature": HEADERS["x-slack-signature"][:-1]}, BODY),
        (SECRET, {"x-slack-request-timestamp": ""}, BODY),
        (SECRET, {"x-slack-request-timestamp": "soon"}, BODY),
        (SECRET, {"x-slack-request-timestamp": "1531420618.5"}, BODY),
        (SECRET, {"x-slack-request-timestamp": "²"}, BODY),
        (SECRET, {"x-slack-request-timestamp": "9" * 400}, BODY),
        (SECRET, {"x-slack-request-timestamp": "1531420619"}, BODY),
    ],
)
def test_what_is_not_signed_by_slack_is_refused(secret: str, changes: dict[str, str], body: bytes) -> None:
    with pytest.raises(Unauthorised):
        check_slack(secret, HEADERS | changes, body, SENT)


def test_a_body_that_is_no_text_can_be_signed_and_refused() -> None:
    with pytest.raises(Unauthorised):
        check_slack(SECRET, HEADERS, b"\xff\x00\xfe", SENT)


def test_a_click_says_who_answers_what_and_its_key_is_its_own() -> None:
    click = parse_interaction(form(CLICK))

    assert isinstance(click, Click)
    assert (click.user, click.answer, click.incident) == ("U1", "acknowledge", "inc1")
    assert click.key == parse_interaction(form(CLICK)).key  # type: ignore[union-attr]
    for changed in (
        CLICK | {"user": {"id": "U2"}},
        CLICK | {"team": {"id": "T2"}},
        CLICK | {"container": {"message_ts": "1.3"}},
        CLICK | {"actions": [{**CLICK["actions"][0], "action_ts": "9.8"}]},  # type: ignore[index]
    ):
        assert parse_interaction(form(changed)).key != click.key  # type: ignore[union-attr]


def test_a_click_of_which_slack_does_not_say_when_is_like_no_other() -> None:
    click = parse_interaction(form(CLICK | {"actions": [{"action_id": "resolve", "value": "inc1/x"}]}))

    assert isinstance(click, Click)
    assert click.key == ""


def test_a_form_says_what_was_written_and_what_was_kept_for_it() -> None:
    view = {
        "id": "V1",
        "callback_id": "hand",
        "private_metadata": '{"incident": "inc1"}',
        "state": {
            "values": {
                "reason": {"text": {"type": "plain_text_input", "value": " hello "}},
                "squad": {"choice": {"type": "static_select", "selected_option": {"value": "web"}}},
                "empty": {"text": {"type": "plain_text_input", "value": None}},
            }
        },
    }

    found = parse_interaction(form({"type": "view_submission", "user": {"id": "U1", "team_id": "T1"}, "view": view}))

    assert found == Submission("T1", "U1", "V1", {"incident": "inc1"}, "hand", {"reason": "hello", "squad": "web"})


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"type": "view_closed"},
        {"type": "shortcut"},
        {"type": "block_actions"},
        {"type": "block_actions", "actions": "x"},
        {"type": "block_actions", "actions": [None]},
        {"type": "block_actions", "actions": [{"action_id": "open_incident"}]},
        {"type": 7},
        {"type": ["block_actions"]},
    ],
)
def test_what_asks_nothing_of_us_is_nothing(payload: object) -> None:
    assert parse_interaction(form(payload)) is None


@pytest.mark.parametrize("body", [b"", b"payload=", b"payload=%ff", b"payload=[]", b"payload={", b"x=1", b"\xff"])
def test_what_cannot_be_read_is_refused_with_a_reason(body: bytes) -> None:
    with pytest.raises(InvalidPayload):
        parse_interaction(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
FIELDS = st.sampled_from([*CLICK, "view", "message", "is_enterprise_install"])


@given(st.dictionaries(FIELDS, JSON), st.sampled_from(["block_actions", "view_submission"]))
def test_no_payload_of_any_shape_does_anything_but_be_read_or_refused(changes: dict[str, object], type: str) -> None:
    try:
        found = parse_interaction(form(CLICK | changes | {"type": type}))
    except InvalidPayload:
        return
    assert found is None or len(found.key) < 1_500


def test_a_command_and_a_probe_are_told_apart() -> None:
    assert parse_command(BODY).user == "U2CERLKJA"
    assert (is_probe(BODY), is_probe(b"ssl_check=1&token=x"), is_probe(b"\xff")) == (False, True, False)
