"""Users spell the fields of their templates, their tags and their runbooks as they like; all mean the same."""

import pytest

from app.adapters.sources.named_runbooks import named_runbooks
from app.adapters.sources.plain_names import annotations, plain
from app.adapters.sources.tags import tag_labels


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


@pytest.mark.parametrize(
    ("tags", "separator"),
    [
        ({"Squad": "db", "urgent": True}, ","),
        (["squad:db", "urgent"], ","),
        ("squad=db, urgent", ","),
        ("squad:db urgent", " "),
        ('["squad:db", "urgent"]', ","),
        ('[{"tag": "Squad", "value": "db"}, {"tag": "urgent", "value": ""}]', ","),
        ([{"name": "squad", "value": "db"}, {"key": "urgent"}, None, {}, ""], ","),
    ],
)
def test_tags_are_labels_however_they_are_written(tags: object, separator: str) -> None:
    assert tag_labels(tags, separator) == {"squad": "db", "urgent": "true"}


@pytest.mark.parametrize("tags", [None, "", "[", "{", "[]", 5, " , "])
def test_no_tags_are_no_labels(tags: object) -> None:
    assert tag_labels(tags) == {}


def test_a_runbook_is_a_field_a_tag_or_a_line() -> None:
    named = {"Runbook": "a", "host.runbook_url": "https://wiki.example.net/b", "runbooks_seen": "no"}

    found = named_runbooks(
        named, 'Closes the day.\nRunbook: https://wiki.example.net/c.\n"runbook_url"="d/e"', "no runbook"
    )

    assert found == ("https://wiki.example.net/b", "a", "https://wiki.example.net/c", "d/e")
