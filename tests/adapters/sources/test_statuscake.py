"""StatusCake: a form whose token can refuse, but never admit."""

import json
from collections.abc import Callable
from hashlib import md5
from pathlib import Path
from urllib.parse import urlencode

import pytest

from app.adapters.sources import SOURCES
from app.adapters.sources.unread import FLAG
from app.domain.alert import AlertStatus
from app.domain.errors import Unauthorised
from app.service.source_ports import Request, Verdict
from tests.contracts.source_contract import SourceContract
from tests.contracts.source_rig import AT, MALFORMED_PROOFS, Rig, a_request, alerts_of, an_instance

FIXTURES = Path(__file__).parent / "fixtures" / "statuscake"
STATUSCAKE = SOURCES["statuscake"]
USER_AND_KEY = "Harbour:key-of-the-account"


def sent(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


def values(name: str, **more: str) -> dict[str, str]:
    return {**json.loads(sent(name)), **more}


def form(name: str, **more: str) -> Request:
    """What StatusCake really sends."""
    body = urlencode(values(name, **more), errors="surrogatepass")
    return a_request(body, content_type="application/x-www-form-urlencoded")


def query(name: str, **more: str) -> Request:
    return Request("GET", "/webhooks/statuscake", values(name, **more), {}, b"", AT)


def verdict(request: Request, secret: str = USER_AND_KEY) -> Verdict:
    return STATUSCAKE.verify(request, secret, AT, an_instance(STATUSCAKE))


@pytest.fixture
def rig() -> Rig:
    return Rig(STATUSCAKE, FIXTURES, a_request(sent("down")), a_request(sent("up")))


class TestStatusCake(SourceContract):
    """The contract, on StatusCake's fields."""


def test_a_form_is_read_whole_without_its_token() -> None:
    (alert,) = alerts_of(STATUSCAKE, form("down"))

    assert (alert.title, alert.status) == ("Tug login is Down: HTTP 503", AlertStatus.FIRING)
    assert alert.labels["alertname"] == alert.labels["check"] == "Tug login"
    assert (alert.labels["squad"], alert.labels["login"]) == ("harbour", "true")
    assert alert.links[0].href == "https://tugs.example.net/login"
    assert "Token" not in alert.raw


def test_down_and_up_share_name_and_address() -> None:
    (down,), (up,) = alerts_of(STATUSCAKE, form("down")), alerts_of(STATUSCAKE, query("up"))

    assert (down.dedup_key, up.status) == (up.dedup_key, AlertStatus.RESOLVED)


def test_a_test_with_an_id_is_known_by_it_even_when_renamed() -> None:
    (down,), (up,) = [alerts_of(STATUSCAKE, form(f"{state}_with_test_id")) for state in ("down", "up")]

    assert down.dedup_key == up.dedup_key == "8123456"


def test_code_zero_is_a_timeout() -> None:
    (alert,) = alerts_of(STATUSCAKE, form("timeout"))

    assert alert.title == "Tug login is Down: timeout"


@pytest.mark.parametrize("send", [form, query])
def test_the_right_token_is_not_enough_and_a_wrong_one_is_refused(send: Callable[..., Request]) -> None:
    right = md5(b"harbourkey-of-the-account", usedforsecurity=False).hexdigest()

    assert verdict(send("down", Token=right)) is Verdict.UNSIGNED
    assert verdict(send("down", Token=right.upper())) is Verdict.UNSIGNED
    with pytest.raises(Unauthorised):
        verdict(send("down"))


@pytest.mark.parametrize("token", MALFORMED_PROOFS, ids=ascii)
def test_a_malformed_token_is_refused(token: str) -> None:
    with pytest.raises(Unauthorised) as refused:
        verdict(query("down", Token=token))

    assert "key-of-the-account" not in str(refused.value)


def test_a_secret_that_is_no_user_and_key_says_nothing_about_the_token() -> None:
    assert verdict(form("down"), "a-secret-for-the-address") is Verdict.UNSIGNED


def test_a_body_that_cannot_be_read_is_left_to_be_refused_as_such() -> None:
    assert verdict(a_request(b"\xff", content_type="application/x-www-form-urlencoded")) is Verdict.UNSIGNED


def test_a_body_of_names_that_nobody_knows_tells_a_person() -> None:
    (alert,) = alerts_of(STATUSCAKE, form("nothing_known"))

    assert (alert.status, alert.flags) == (AlertStatus.FIRING, (FLAG,))
