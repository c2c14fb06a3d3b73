"""What people write at three in the morning, and what it is taken to mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.text_answer import MOST_DIGITS, TextAnswer, Verb, Wish, parse_answer, wish_in

ACK, RESOLVE, SECOND = Verb.ACKNOWLEDGE, Verb.RESOLVE, Verb.SECOND_LINE


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("4", TextAnswer(ACK)),
        ("ack", TextAnswer(ACK)),
        (" Ack. ", TextAnswer(ACK)),
        ("ACK 1234", TextAnswer(ACK, "1234")),
        ("ack123456", TextAnswer(ACK, "123456")),
        ("Acknowledge #123 456", TextAnswer(ACK, "123456")),
        ("4 123456", TextAnswer(ACK, "123456")),
        ("4123456", TextAnswer(ACK, "123456")),
        ("\n4\t123-456!", TextAnswer(ACK, "123456")),
        ("\uff14 \uff11\uff12\uff13\uff14\uff15\uff16", TextAnswer(ACK, "123456")),
        ("\uff21\uff23\uff2b", TextAnswer(ACK)),
        ("\u0664 \u0661\u0662\u0663\u0664\u0665\u0666", TextAnswer(ACK, "123456")),
        ("6", TextAnswer(RESOLVE)),
        ("6 123456", TextAnswer(RESOLVE, "123456")),
        ("RESOLVED 123456", TextAnswer(RESOLVE, "123456")),
        ("7", TextAnswer(SECOND)),
        ("second line 123456", TextAnswer(SECOND, "123456")),
        ("second", TextAnswer(SECOND)),
    ],
)
def test_a_verb_and_a_code_are_understood_however_they_are_written(text: str, meant: TextAnswer) -> None:
    assert parse_answer(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "?", "123456", "5", "44", "46", "4 12x", "4 or 6", "4 \u2744", "4\x006", "4" * 500, "\U0001f44d"),
        *("do not ack", "ack later", "yes", "help", "ок", "4 " + "1" * (MOST_DIGITS + 1)),
    ],
)
def test_what_is_not_sure_is_not_guessed(text: str) -> None:
    assert parse_answer(text) is None


@pytest.mark.parametrize(
    ("text", "said", "wish"),
    [
        ("STOP", "", Wish.STOP),
        (" stop. ", "", Wish.STOP),
        ("Unsubscribe", "", Wish.STOP),
        ("start", "", Wish.START),
        ("arrêter", "STOP", Wish.STOP),
        ("commencer", "START", Wish.START),
        ("aide", "HELP", None),
        ("4", "", None),
        ("stop calling me", "", None),
        ("", "", None),
    ],
)
def test_stop_and_start_are_whole_texts_or_what_the_provider_has_read(text: str, said: str, wish: Wish | None) -> None:
    assert wish_in(text, said) is wish


@given(st.text(max_size=60))
def test_any_text_at_all_is_read_and_gives_a_short_code_of_digits(text: str) -> None:
    found = parse_answer(text)

    assert found is None or found.code == "" or (found.code.isascii() and found.code.isdigit())
