"""Templates: whatever way they are posted, names and variables are read alike, and credentials stay behind."""

import pytest

from app.adapters.sources import SOURCES
from app.adapters.sources.fields import instant
from app.adapters.sources.posted import brief, folded, posted
from app.adapters.sources.runbook_in_text import linked_runbooks, written_runbooks
from app.adapters.sources.unread import unread
from app.domain.errors import InvalidPayload
from app.service.ports import Request
from tests.contracts.source_rig import AT, a_request, an_instance

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    "request_",
    [
        a_request('{"Monitor": "pump", "Token": "s3cret"}'),
        a_request('{"Monitor": "pump", "api_key": "s3cret"}', content_type=FORM),
        a_request("Monitor=pump&password=s3cret", content_type=f"{FORM}; charset=utf-8"),
        a_request('\n {"Monitor": "pump"}', content_type="text/plain"),
        Request("GET", "/webhooks/x", {"Monitor": "pump", "token": "s3cret"}, {}, b"", AT),
    ],
)
def test_json_a_form_and_a_query_give_the_same_fields_without_credentials(request_: Request) -> None:
    assert posted(request_) == {"Monitor": "pump"}


@pytest.mark.parametrize("query", [{}, {"token": "s3cret"}])
def test_a_request_that_says_nothing_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(InvalidPayload):
        posted(Request("GET", "/webhooks/x", query, {}, b" ", AT))


def test_names_fold_and_what_was_not_expanded_is_blank() -> None:
    sent = {
        "ALERT_TITLE": "$ALERT_TITLE",
        "alertTitle": "pump",
        "check id": "{{CHECK_ID}}",
        "price": "$100",
        "a": "null",
    }

    assert folded(sent) == {"alerttitle": "pump", "checkid": "", "price": "$100", "a": ""}


def test_short_fields_become_annotations_that_hide_nothing_of_the_alert() -> None:
    sent = {"title": "t", "source": "s", "service": "pump", "text": "x" * 501, "nested": {"a": 1}, "blank": " "}

    assert brief(sent) == {"service": "pump"}


def test_an_empty_object_is_refused_rather_than_paged() -> None:
    with pytest.raises(InvalidPayload):
        unread({}, an_instance(SOURCES["datadog"]))


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("see [the Runbook](https://wiki.example.net/a) now", ("https://wiki.example.net/a",)),
        ("Runbook: https://wiki.example.net/a.", ("https://wiki.example.net/a",)),
        ("run book <https://wiki.example.net/a>", ("https://wiki.example.net/a",)),
        ("runbook_url=https://wiki.example.net/a", ("https://wiki.example.net/a",)),
        ("[graph](https://graphs.example.net/a) and no runbook", ()),
        ("[runbook](javascript:x)", ()),
        ("https://wiki.example.net/a", ()),
    ],
)
def test_a_runbook_is_found_in_a_text(said: str, found: tuple[str, ...]) -> None:
    assert linked_runbooks(said) == found


def test_a_field_called_so_comes_before_the_text() -> None:
    said = "Runbook: https://wiki.example.net/b"

    assert written_runbooks({"runbook": "a"}, said) == ("a", "https://wiki.example.net/b")


@pytest.mark.parametrize("stamp", ["1712010100000", "1712010100"])
def test_unix_time_as_text_is_not_taken_for_a_date_of_long_ago(stamp: str) -> None:
    at = instant(stamp)

    assert at is not None
    assert at.year == 2024
