"""What no source understands pages all the same, unless there is nothing at all in it."""

import pytest

from app.adapters.sources import SOURCES
from app.adapters.sources.unread import FLAG, unread
from app.adapters.sources.webhook_fields import Sent
from app.domain.alert import AlertStatus
from app.domain.errors import InvalidPayload
from tests.contracts.source_rig import an_instance


def test_an_empty_object_is_refused_rather_than_paged() -> None:
    with pytest.raises(InvalidPayload):
        unread(Sent({}), an_instance(SOURCES["datadog"]))


def test_what_lies_deep_is_shown_as_the_body_begins() -> None:
    (alert,) = unread(Sent({"alerts": {"invented": "h" * 200}}), an_instance(SOURCES["alertmanager"])).alerts

    assert alert.title.startswith('our-alertmanager sent what could not be read: {"alerts":{"invented":"hhh')
    assert len(alert.title) < 200


def test_credentials_are_left_out() -> None:
    sent = Sent({"invented": "here", "api_key": "a-made-up-key", "more": {"token": "a-made-up-token"}})

    (alert,) = unread(sent, an_instance(SOURCES["datadog"])).alerts

    assert "a-made-up" not in repr(alert)
    assert alert.raw == '{"invented":"here","more":{}}'


def test_what_there_is_is_shown_and_flagged() -> None:
    (alert,) = unread(Sent({"invented": "here"}, ("mended",)), an_instance(SOURCES["datadog"])).alerts

    assert (alert.status, alert.flags) == (AlertStatus.FIRING, ("mended", FLAG))
    assert alert.title == "our-datadog sent what could not be read: invented=here"
