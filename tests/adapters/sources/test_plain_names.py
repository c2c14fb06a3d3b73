"""Users spell the fields of their templates as they like, and tools leave some unfilled; all mean the same."""

import pytest

from app.adapters.sources.plain_names import annotations, plain
from app.domain.alert import Link


def test_case_separators_and_nesting_make_no_difference() -> None:
    spellings = ({"hostName": "a"}, {"HOST_NAME": "a"}, {"host.name": "a"}, {"host": {"name": "a"}}, {"Host-Name": "a"})

    assert [dict(plain(sent).values) for sent in spellings] == [{"hostname": "a"}] * 5


def test_scalars_become_text_and_blanks_nothing() -> None:
    said = plain({"a": 1, "b": True, "c": None, "d": " x ", "e": "", "f": ["y", 2], "g": {}, "a_": "later"})

    assert dict(said.values) == {"a": "1", "b": "true", "d": "x", "f": '["y",2]'}
    assert said.first("z", "d", "a") == "x"
    assert (said.first("z"), said.flags) == ("", ())


@pytest.mark.parametrize(
    "left",
    [
        "*alertDuration*",
        "*UNKNOWN*",
        "{$ZABBIX.URL}",
        "{EVENT.ID}",
        "{{rule.name}}",
        "$HOSTNAME$",
        "$host.name$",
        "$TAG3",
        "$ALERT_TITLE",
        "{{CHECK_ID}}",
        "${name}",
    ],
)
def test_a_variable_that_was_left_says_nothing_and_is_flagged(left: str) -> None:
    said = plain({"a": {"b": left}, "c": "d"})

    assert dict(said.values) == {"c": "d"}
    assert said.flags == ("the tool did not fill in: a.b",)
    assert said.is_unfilled(left[:2])
    assert annotations({"a": left, "c": "d"}) == {"c": "d"}


@pytest.mark.parametrize("kept", ["* a *", "{}", "{a b}", "$5", "100 $", "$", "{{}", "*"])
def test_what_only_looks_like_a_variable_is_kept(kept: str) -> None:
    assert plain({"a": kept}).values["a"] == kept


def test_many_unfilled_variables_are_counted() -> None:
    said = plain({f"v{n}": "$V$" for n in range(7)})

    assert said.flags == ("the tool did not fill in: v0, v1, v2, v3, v4 and 2 more",)


def test_long_texts_and_objects_are_no_annotations() -> None:
    assert annotations({"team": "x", "long": "y" * 501, "o": {"a": 1}, " ": "z"}) == {"team": "x"}


def test_a_written_out_null_says_nothing_and_is_no_fault_of_the_template() -> None:
    said = plain({"price": "$100", "a": "null"})

    assert dict(said.values) == {"price": "$100"}
    assert said.flags == ()


def test_of_two_spellings_the_first_that_says_something_counts() -> None:
    assert (
        plain({"ALERT_TITLE": "$ALERT_TITLE", "alertTitle": "pump", "alert title": "gate"}).first("alerttitle")
        == "pump"
    )


def test_lists_are_read_scalar_by_scalar() -> None:
    said = plain({"policy": {"names": ["a", {"b": 1}, 2]}, "condition": "c", "empty": [], "object": {"x": "y"}})

    assert said.each("policynames", "condition", "empty", "object", "missing") == ["a", "2", "c"]
    assert said.renamed({"policynames": "policy", "condition": "policy", "empty": "other"}) == {"policy": "a, 2"}
    assert said.nested["policynames"] == ["a", {"b": 1}, 2]


def test_each_address_is_one_link() -> None:
    said = plain({"url": "https://a.example.net", "link": "https://a.example.net", "b": "javascript:x"})

    assert said.links({"url": "event", "link": "other", "b": "b"}) == (Link("https://a.example.net", "event"),)


def test_short_fields_become_annotations_that_hide_nothing_of_the_alert() -> None:
    sent = {"title": "t", "source": "s", "service": "pump", "text": "x" * 501, "nested": {"a": 1}, "blank": " "}

    assert annotations(sent) == {"service": "pump"}
