"""Tags are labels, however a tool or its user writes them."""

import pytest

from app.adapters.sources.tags import tag_labels


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


def test_a_tag_that_the_name_of_the_instance_would_hide_is_renamed() -> None:
    assert tag_labels("source:queue, Source=x") == {"event_source": "x"}
