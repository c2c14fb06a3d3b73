"""Twilio's signature: both published vectors, and everything that must not pass."""

import pytest

from app.adapters.twilio_signature import check_body, check_form
from app.domain.errors import Unauthorised
from tests.adapters.channels.fake_twilio import signature

URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
TOKEN = "12345"
FORM = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+14158675309"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
]
PUBLISHED = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
BODY = b'{"property": "value", "boolean": true}'
BODY_HASH = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
JSON_URL = f"https://mycompany.com/myapp.php?foo=1&bar=2&bodySHA256={BODY_HASH}"


def test_the_published_form_is_accepted_in_any_order_and_with_a_field_twice() -> None:
    check_form([TOKEN], URL, FORM, PUBLISHED)
    check_form(["another account's", TOKEN], URL, [*reversed(FORM), FORM[0]], PUBLISHED)


@pytest.mark.parametrize("url", [URL, URL.replace(".com/", ".com:443/")])
def test_the_port_may_stand_in_the_url_or_not(url: str) -> None:
    check_form([TOKEN], url, FORM, PUBLISHED)


def test_a_signature_over_a_url_with_its_port_is_accepted_too() -> None:
    signed = URL.replace(".com/", ".com:443/") + "".join(f"{name}{value}" for name, value in FORM)

    check_form([TOKEN], URL, FORM, signature(signed, TOKEN))


@pytest.mark.parametrize(
    "given", ["", "nonsense", PUBLISHED[:-1], PUBLISHED.lower(), "é" * 28, "\ud800", " " + PUBLISHED]
)
def test_a_missing_wrong_or_strange_signature_is_refused(given: str) -> None:
    with pytest.raises(Unauthorised):
        check_form([TOKEN], URL, FORM, given)


@pytest.mark.parametrize(
    ("url", "form", "tokens"),
    [
        (URL.replace("https", "http"), FORM, [TOKEN]),
        (URL.replace("bar=2", "bar=3"), FORM, [TOKEN]),
        (URL.replace("mycompany", "evil"), FORM, [TOKEN]),
        (URL.replace(".com/", ".com:8443/"), FORM, ["54321"]),
        (URL, [*FORM, ("More", "1")], [TOKEN]),
        (URL, FORM[1:], [TOKEN]),
        (URL, FORM, ["54321"]),
        (URL, FORM, []),
    ],
)
def test_whatever_differs_is_refused(url: str, form: list[tuple[str, str]], tokens: list[str]) -> None:
    with pytest.raises(Unauthorised):
        check_form(tokens, url, form, PUBLISHED)


def test_the_published_body_is_known_by_its_hash() -> None:
    given = signature(JSON_URL, TOKEN)

    check_body([TOKEN], JSON_URL, BODY, given)

    for url, body, sent in (
        (JSON_URL, BODY + b" ", given),
        (JSON_URL, BODY, PUBLISHED),
        (URL, BODY, signature(URL, TOKEN)),
        (JSON_URL, BODY, ""),
    ):
        with pytest.raises(Unauthorised):
            check_body([TOKEN], url, body, sent)
