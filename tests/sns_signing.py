"""Amazon SNS as far as tests need it: keys and certificates of our own, and bodies that are signed with them."""

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

CERTIFICATE_URL = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-6f1c0de5.pem"
SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC)

_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
_DIGESTS = {"1": SHA1(), "2": SHA256()}  # noqa: S303 - SNS signs so


@cache
def a_key(name: str, bits: int) -> RSAPrivateKey:
    """The same key for the same name, as making one takes a while."""
    return generate_private_key(65537, bits)


@cache
def certificate(key: str = "sns", since: datetime = SINCE, until: datetime = UNTIL, bits: int = 2048) -> bytes:
    """A self-signed certificate of that key, in PEM."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.example.com")])
    private = a_key(key, bits)
    builder = x509.CertificateBuilder(name, name, private.public_key(), 7, since, until)
    return builder.sign(private, SHA256()).public_bytes(Encoding.PEM)


def signed(envelope: Mapping[str, Any], version: str = "2", key: str = "sns", url: str = CERTIFICATE_URL) -> bytes:
    """The body that SNS would send: the envelope with its signature, written as SNS writes JSON."""
    lines = [part for name in _SIGNED[envelope["Type"]] if name in envelope for part in (name, envelope[name])]
    text = "".join(f"{line}\n" for line in lines)
    proof = b64encode(a_key(key, 2048).sign(text.encode(), PKCS1v15(), _DIGESTS[version])).decode()
    proven = {**envelope, "SignatureVersion": version, "Signature": proof, "SigningCertURL": url}
    return json.dumps(proven, indent=2, separators=(",", " : "), ensure_ascii=False).encode()
