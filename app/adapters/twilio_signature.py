"""The proof that a request comes from Twilio. Source: https://www.twilio.com/docs/usage/security, X-Twilio-Signature.

It holds no time, so a request that comes again is signed as well as the first: what it does must be done once by other
means.
"""

import hmac
from base64 import b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha1, sha256
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from app.domain.errors import Unauthorised

BODY_HASH = "bodySHA256"
_PORTS = {"https": 443, "http": 80}

Pair = tuple[str, str]


def check_form(auth_tokens: Sequence[str], url: str, pairs: Iterable[Pair], given: str) -> None:
    """Refuses a form that none of the tokens has signed. `url` is the public one, with its query; whatever fields came
    are signed, each value of a name once."""
    signed = "".join(f"{name}{value}" for name, value in sorted(set(pairs)))
    _check(auth_tokens, url, signed, given)


def check_body(auth_tokens: Sequence[str], url: str, body: bytes, given: str) -> None:
    """Refuses a body that is no form and whose hash does not stand in the signed query."""
    stated = dict(parse_qsl(urlsplit(url).query)).get(BODY_HASH, "")
    if not _is_same(sha256(body).hexdigest(), stated.lower()):
        raise Unauthorised(f"the body is not the one that {BODY_HASH} speaks of")
    _check(auth_tokens, url, "", given)


def _check(auth_tokens: Sequence[str], url: str, signed: str, given: str) -> None:
    if not given:
        raise Unauthorised("the request has no X-Twilio-Signature")
    expected = [_signature(token, f"{one}{signed}") for token in auth_tokens for one in _with_and_without_port(url)]
    if not any([_is_same(one, given) for one in expected]):  # noqa: C419 - all of them, in the same time
        raise Unauthorised(
            "the signature does not match: is ONCALL_PUBLIC_URL the address that Twilio calls, and is "
            "ONCALL_TWILIO_AUTH_TOKEN the token of its account?"
        )


def _signature(token: str, text: str) -> str:
    return b64encode(hmac.new(_bytes(token), _bytes(text), sha1).digest()).decode()


def _with_and_without_port(url: str) -> tuple[str, ...]:
    """Twilio signs the port or leaves it out, depending on the product."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    port = parts.port or _PORTS.get(parts.scheme)
    return urlunsplit(parts._replace(netloc=host)), urlunsplit(parts._replace(netloc=f"{host}:{port}"))


def _is_same(expected: str, given: str) -> bool:
    return hmac.compare_digest(_bytes(expected), _bytes(given))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
