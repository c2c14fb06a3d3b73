"""What another pager knows a forwarded incident by: one alert there for one incident and reader here."""

from app.domain.forwarding import forwarding_key
from tests.contracts.channel_rig import a_page, an_item


def test_one_incident_is_one_alert_for_one_reader_whatever_step_or_kind_of_message_tells_it() -> None:
    first = forwarding_key(a_page("key"))

    assert first.startswith("inc_01-")
    assert forwarding_key(a_page("key", an_item(title="Worse", count=99), key="inc_01/1/2/1/asha#1.x")) == first
    others = [a_page("key", an_item(incident="inc_02")), a_page("other"), a_page("key", reader="Ben")]
    assert len({first, *map(forwarding_key, others)}) == 4


def test_a_digest_is_an_alert_of_its_own() -> None:
    digest = a_page("key", an_item(), an_item(incident="inc_02"), key="digest-1")

    assert forwarding_key(digest) == forwarding_key(digest)
    assert forwarding_key(digest) not in {forwarding_key(a_page("key")), forwarding_key(a_page("key", items=()))}


def test_a_key_fits_every_pager_and_holds_no_address() -> None:
    keys = [forwarding_key(a_page("s3cr3t", an_item(incident=id), reader="\ud800")) for id in ("/ä ?" * 99, "x")]

    assert all(len(key) <= 100 and key.replace("-", "").replace("_", "").replace(".", "").isalnum() for key in keys)
    assert "s3cr3t" not in forwarding_key(a_page("s3cr3t"))
