"""Keeps what proves a sender out of alerts, and so out of pages, timelines and stores."""

import re
from collections.abc import Mapping

_PROOFS = ("token", "access_token", "auth_token", "api_key", "apikey", "key", "secret", "signature")
"""Names in a query that are proofs."""

_CREDENTIAL = re.compile(
    r"passw|passphrase|(^|_)pass$|secret|token|api_?key|service_?key|routing_?key|private_?key|tls_?key"
    r"|authorization|connection_?string|sasl|^(request_?)?headers?$",
    re.IGNORECASE,
)


def query_without_proofs(query: Mapping[str, str]) -> dict[str, str]:
    """What a query says besides who sent it."""
    return {name: value for name, value in query.items() if name.lower() not in _PROOFS}


def without_credentials(value: object) -> object:
    """The same JSON without the members whose names are those of credentials, at any depth."""
    if isinstance(value, dict):
        return {name: without_credentials(each) for name, each in value.items() if not _CREDENTIAL.search(name)}
    if isinstance(value, list):
        return [without_credentials(each) for each in value]
    return value
