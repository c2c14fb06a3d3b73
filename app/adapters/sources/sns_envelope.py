"""The envelope in which Amazon SNS delivers whatever was published to a topic, and the proof that it is from SNS.

Source: Amazon SNS developer guide, "Verifying the signatures of Amazon SNS messages" and "HTTP/HTTPS headers".
"""

import re
from collections.abc import Mapping
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm

from app.adapters.sources.body import parse_object
from app.adapters.sources.certificate import check_rsa
from app.adapters.sources.fields import Fields, text, word
from app.domain.errors import InvalidPayload, Unauthorised
from app.service.source_ports import Request

NOTIFICATION, SUBSCRIPTION, UNSUBSCRIPTION = "Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"

_CONFIRMED = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_SIGNED: Mapping[str, tuple[str, ...]] = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    SUBSCRIPTION: _CONFIRMED,
    UNSUBSCRIPTION: _CONFIRMED,
}
_DIGESTS: Mapping[str, HashAlgorithm] = {"1": SHA1(), "2": SHA256()}  # noqa: S303 - version 1 is SNS's default

_HOST = r"sns\.[a-zA-Z0-9\-]{3,}\.amazonaws\.com(?:\.cn)?"
_CERTIFICATE = re.compile(rf"https://{_HOST}/[A-Za-z0-9._/\-]*\.pem")
_SUBSCRIBE = re.compile(rf"https://({_HOST})/[!-~]*")
"""Both match the whole address as it will be fetched, so that nothing can read another host out of it."""


def is_raw(request: Request) -> bool:
    """Whether the body is the published message itself, without an envelope and without a signature."""
    return request.headers.get("x-amz-sns-rawdelivery", "").strip().lower() == "true"


def signed_envelope(request: Request) -> Fields | None:
    """The envelope if it says that it is signed; None too for a body that holds none."""
    if is_raw(request):
        return None
    try:
        envelope = parse_object(request.body)
    except InvalidPayload:
        return None
    return envelope if "Signature" in envelope else None


def certificate_url(envelope: Fields) -> str:
    """Where the certificate lies. It is not covered by the signature, so only an address of SNS itself counts."""
    url = text(envelope.get("SigningCertURL"))
    if not _CERTIFICATE.fullmatch(url):
        raise Unauthorised("SigningCertURL is not the https address of a certificate at Amazon SNS")
    return url


def check_signature(envelope: Fields, certificate: bytes, now: datetime) -> None:
    """Refuses an envelope that SNS did not sign. That it did says nothing of whose topic it is from."""
    certificate_url(envelope)
    digest = _DIGESTS.get(word(envelope.get("SignatureVersion")))
    if digest is None:
        raise Unauthorised(f"SignatureVersion is none of {', '.join(_DIGESTS)}")
    check_rsa(certificate, _string_to_sign(envelope), text(envelope.get("Signature")), digest, now)


def confirmation(envelope: Fields) -> tuple[str, str]:
    """Where to confirm a subscription: the host, and the whole address, which holds a token."""
    url = text(envelope.get("SubscribeURL"))
    found = _SUBSCRIBE.fullmatch(url)
    if not found:
        raise InvalidPayload("is not an https address of Amazon SNS", "SubscribeURL")
    return found[1], url


def _string_to_sign(envelope: Fields) -> bytes:
    names = _SIGNED.get(word(envelope.get("Type")))
    if names is None:
        raise Unauthorised(f"Type is none of {', '.join(_SIGNED)}")
    lines: list[str] = []
    for name in names:
        value = envelope.get(name)
        if isinstance(value, str):
            lines += [name, value]
        elif name != "Subject" or value is not None:
            raise Unauthorised(f"{name}, which the signature covers, is missing or no text")
    return "".join([f"{line}\n" for line in lines]).encode()
