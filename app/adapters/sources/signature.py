"""Proofs that a sender can put on a request: computed over the raw bytes, compared in constant time."""

import hmac
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from hashlib import sha256

from app.domain.errors import Unauthorised

TOLERANCE = 300.0
"""Seconds that a signed time may be away from ours, either way."""

_MOST_DIGITS = 12


def is_same(secret: str, given: str) -> bool:
    """Whether both texts are the same, in a time that does not depend on where they differ."""
    return hmac.compare_digest(_bytes(secret), _bytes(given))


def check_shared_secret(secret: str, given: str) -> None:
    """Refuses a header that is not the secret itself.

    A header's bytes reach us read as Latin-1, while the secret was typed as UTF-8.
    """
    as_typed = given
    with suppress(UnicodeError):
        as_typed = given.encode("latin-1").decode()
    if not (is_same(secret, given) | is_same(secret, as_typed)):
        raise Unauthorised("the secret in the header is not the one of this source")


def check_hmac_hex(secret: str, signed: bytes, given: str) -> None:
    """Refuses a signature that is not the hex HMAC-SHA256 of what was signed."""
    expected = hmac.new(_bytes(secret), signed, sha256).hexdigest()
    if not is_same(expected, given.strip().lower()):
        raise Unauthorised("the signature does not match the body; is the secret the same on both sides?")


def check_fresh(stamp: str, now: datetime) -> None:
    """Refuses a signed Unix time that is malformed or more than five minutes away."""
    digits = stamp.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS):
        raise Unauthorised("the signed time is not a Unix time in seconds")
    if abs(now.timestamp() - int(digits)) > TOLERANCE:
        raise Unauthorised("the signed time is more than five minutes away; are both clocks right?")


def check_standard_webhook(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Refuses what is not signed as Standard Webhooks say: `v1,` + base64 HMAC-SHA256 of `id.timestamp.body`.

    Source: github.com/standard-webhooks/standard-webhooks, spec. Several signatures may stand in one header.
    """
    stamp, message = headers.get("webhook-timestamp", ""), headers.get("webhook-id", "")
    check_fresh(stamp, now)
    signed = b".".join((_bytes(message), _bytes(stamp.strip()), body))
    expected = "v1," + b64encode(hmac.new(_standard_key(secret), signed, sha256).digest()).decode()
    if not any(is_same(expected, given) for given in headers.get("webhook-signature", "").split()):
        raise Unauthorised("the signature does not match the body; is the secret the same on both sides?")


def _standard_key(secret: str) -> bytes:
    try:
        return b64decode(secret.removeprefix("whsec_"), validate=True) or _bytes(secret)
    except (NotBase64, ValueError):
        return _bytes(secret)


def _bytes(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass")
