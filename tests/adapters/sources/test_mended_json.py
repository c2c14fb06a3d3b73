"""JSON that a tool broke by pasting is mended where it can be told what was meant, else refused for its first fault."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.sources.mended_json import MENDED, MOST_MENDED, parse_templated
from app.domain.errors import InvalidPayload
from tests.contracts.source_rig import CANARY, HOSTILE_BODIES


@pytest.mark.parametrize(
    ("broken", "meant"),
    [
        ('{"name": "my "big" job", "on": true}', {"name": 'my "big" job', "on": True}),
        ('{"name": ""big" job"}', {"name": '"big" job'}),
        ('{"name": "say "yes", please", "at": "x"}', {"name": 'say "yes", please', "at": "x"}),
        ('{"name": "a: "b": c", "at": 1}', {"name": 'a: "b": c', "at": 1}),
        ('{"path": "D:\\data\\x", "n": "\\u00e9\\uZZ"}', {"path": "D:\\data\\x", "n": "é\\uZZ"}),
        ('{"text": "one\ntwo\tthree"}', {"text": "one\ntwo\tthree"}),
        ('{"a": {"text": "an "x" in"}, "b": ["q", "r"]}', {"a": {"text": 'an "x" in'}, "b": ["q", "r"]}),
        ('{"ctx": "{"a": {"b": "}"}}", "on": 1}', {"ctx": {"a": {"b": "}"}}, "on": 1}),
        ('{"x": "{"a": 1}", "y": "{"b": 2}"}', {"x": {"a": 1}, "y": {"b": 2}}),
    ],
)
def test_what_was_meant_is_read_and_flagged(broken: str, meant: dict[str, object]) -> None:
    assert parse_templated(broken.encode()) == (meant, (MENDED,))


def test_what_is_right_is_left_alone() -> None:
    body = json.dumps({"a": '{"b": 1}', "c": 'x "y", "z": {', "d": "\\u"})

    assert parse_templated(body.encode()) == (json.loads(body), ())


@pytest.mark.parametrize("body", HOSTILE_BODIES.values(), ids=HOSTILE_BODIES.keys())
def test_what_is_hostile_stays_refused(body: bytes) -> None:
    with pytest.raises(InvalidPayload) as refused:
        parse_templated(body)

    assert CANARY not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("body", ['{"a": "never ends}', '["a "b" c"]', "x", '{"a": "b"', '{"a": "{"b": 1}}'])
def test_what_cannot_be_told_is_refused(body: str) -> None:
    with pytest.raises(InvalidPayload):
        parse_templated(body.encode())


def test_a_body_too_long_for_a_template_is_not_mended() -> None:
    broken = b'{"name": "my "big" job", "more": "' + b"x" * MOST_MENDED + b'"}'

    with pytest.raises(InvalidPayload):
        parse_templated(broken)


@pytest.mark.parametrize("piece", ['"{', '"{"a":', '" ', '"}', "\\", '"{"a": 1}', '"{"a":[', ", "])
def test_however_often_it_is_broken_an_answer_comes(piece: str) -> None:
    body = ('{"a": ' + piece * (MOST_MENDED // len(piece) - 9)).encode()

    with suppress(InvalidPayload):
        parse_templated(body)


@given(
    st.dictionaries(st.sampled_from("abc"), st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0")))
)
def test_any_text_pasted_raw_is_read_or_refused_and_nothing_else(values: dict[str, str]) -> None:
    pasted = "{" + ", ".join(f'"{name}": "{value}"' for name, value in values.items()) + "}"

    try:
        found, _ = parse_templated(pasted.encode())
    except InvalidPayload:
        return

    json.dumps(found).encode()
