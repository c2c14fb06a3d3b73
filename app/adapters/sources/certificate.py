"""Signatures that a tool makes with a key of its own, and the certificate that they are checked against."""

from base64 import b64decode
from datetime import datetime

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import HashAlgorithm
from cryptography.x509 import Certificate, load_pem_x509_certificate

from app.domain.errors import Unauthorised

SHORTEST_KEY = 2048
"""Bits of an RSA key; a shorter one can be broken."""


def good_until(pem: bytes) -> datetime | None:
    """When a certificate ends, in UTC; None for what is none."""
    certificate = _read(pem)
    return certificate.not_valid_after_utc if certificate else None


def check_rsa(pem: bytes, signed: bytes, signature: str, digest: HashAlgorithm, now: datetime) -> None:
    """Refuses a base64 signature (RSA, PKCS#1 v1.5) that the certificate's key did not make of what was signed, and one
    that is right under a certificate that is not valid now."""
    certificate = _read(pem)
    if certificate is None:
        raise Unauthorised("there is no certificate to check the signature with")
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise Unauthorised("the certificate of the signature has expired or is not valid yet; is our clock right?")
    key = _key(certificate)
    if key is None:
        raise Unauthorised(f"the certificate of the signature holds no RSA key of at least {SHORTEST_KEY} bits")
    try:
        key.verify(b64decode(signature, validate=True), signed, PKCS1v15(), digest)
    except (InvalidSignature, ValueError):
        raise Unauthorised("the signature does not match the body") from None
    except UnsupportedAlgorithm:
        raise Unauthorised("this machine may not check signatures of that kind: have them made with SHA-256") from None


def _read(pem: bytes) -> Certificate | None:
    try:
        return load_pem_x509_certificate(pem)
    except (ValueError, UnsupportedAlgorithm):
        return None


def _key(certificate: Certificate) -> RSAPublicKey | None:
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, RSAPublicKey) and key.key_size >= SHORTEST_KEY else None
