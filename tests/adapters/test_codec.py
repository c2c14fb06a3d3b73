"""What is written down is read back as it was."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.adapters import codec
from app.domain.alert import Alert, Link
from app.domain.errors import StoreUnavailable
from app.domain.incident import AlertRow, Entry, Incident
from app.domain.notification import Notification
from tests.builders import a_notification, an_alert_row, an_entry, an_incident

texts = st.text(max_size=20)
instants = st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
counts = st.integers(0, 2**40)
seconds = st.floats(0, 1e9)
st.register_type_strategy(str, texts)
st.register_type_strategy(datetime, instants)
st.register_type_strategy(int, counts)
st.register_type_strategy(float, seconds)

links = st.builds(Link)
labels = st.dictionaries(texts, texts, max_size=3)
alerts = st.builds(Alert, labels=labels, annotations=labels, links=st.lists(links, max_size=2).map(tuple))


@settings(deadline=None, max_examples=40)
@given(st.builds(Incident))
def test_an_incident_comes_back_as_it_was(incident: Incident) -> None:
    assert codec.INCIDENT.one(codec.encode(incident)) == incident


@settings(deadline=None, max_examples=40)
@given(st.builds(AlertRow, alert=alerts))
def test_an_alert_comes_back_as_it_was(row: AlertRow) -> None:
    assert codec.ALERT.one(codec.encode(row)) == row


@settings(deadline=None, max_examples=40)
@given(st.builds(Notification))
def test_a_notification_comes_back_as_it_was(notification: Notification) -> None:
    assert codec.NOTIFICATION.one(codec.encode(notification)) == notification


@settings(deadline=None, max_examples=40)
@given(st.lists(st.lists(st.builds(Entry), max_size=3).map(tuple), max_size=3))
def test_many_documents_come_back_from_their_lines(decisions: list[tuple[Entry, ...]]) -> None:
    lines = b"\n".join(codec.encode(entries) for entries in decisions)

    assert codec.ENTRIES.lines(lines) == decisions


@pytest.mark.parametrize("value", [an_incident(), an_alert_row(), a_notification(), (an_entry(text="a\nb"),)])
def test_a_document_is_one_line(value: Any) -> None:
    assert b"\n" not in codec.encode(value)


def test_an_unknown_field_is_skipped_and_a_missing_one_takes_its_default() -> None:
    document = codec.encode(an_incident()).replace(b'"count":1', b'"from_the_future":[1]')

    assert codec.INCIDENT.one(document) == an_incident()


@pytest.mark.parametrize("document", [b"", b"{", b"{}", b"[]", b'"\xff"', b'{"id": 1}'])
def test_a_damaged_document_is_never_guessed_at(document: bytes) -> None:
    with pytest.raises(StoreUnavailable, match="cannot be read"):
        codec.INCIDENT.one(document)
    if document:
        with pytest.raises(StoreUnavailable, match="cannot be read"):
            codec.INCIDENT.lines(document)
