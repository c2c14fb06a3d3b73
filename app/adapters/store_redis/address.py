"""The store's address as a URL: a server, a set of Sentinels or a cluster, each with its own scheme."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from redis.asyncio.connection import SSLConnection

from app.adapters.store_redis.where import Address, ByCluster, BySentinel, Fixed, Where
from app.domain.errors import StoreRefused

FORMS = (
    "sqlite:///path for a file, redis://[user:password@]host[:6379][/db], rediss://… for TLS, "
    "redis+sentinel://[user:password@]host[:26379],host,…/service[/db], or redis+cluster://[user:password@]host,host,…"
)
_REDIS_PORT = 6379
_SENTINEL_PORT = 26379
_TLS_FILES = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
"""By the names that redis-py gives them."""
_SENTINEL = {"sentinel_user": "username", "sentinel_password": "password"}
_KNOWN = {"tls", *_TLS_FILES, *_SENTINEL}
NO_URL = "it is no URL (in a password, all but letters and digits must be percent-encoded)"


class _Wrong(ValueError):
    """A sentence of ours, which holds nothing of what was given but the name of a host."""


def parse(url: str) -> Where:
    """Raises `StoreRefused` with what is wrong; the message never holds the URL, which may hold a password."""
    try:
        split = urlsplit(url)
        query = {name: values[-1] for name, values in parse_qs(split.query, keep_blank_values=True).items()}
        if set(query) - _KNOWN:  # Not named, for it may be what follows a question mark in the password.
            raise _Wrong(f"it has an option that is not known (there are {', '.join(sorted(_KNOWN))})")
        return _where(split, query)
    except _Wrong as error:
        raise StoreRefused(f"the store's address cannot be understood, {error}: write {FORMS}") from None
    except ValueError:  # What Python says of it may hold a part of the password.
        raise StoreRefused(f"the store's address cannot be understood, {NO_URL}: write {FORMS}") from None


def _where(split: SplitResult, query: Mapping[str, str]) -> Where:
    options: dict[str, Any] = {**_credentials(split), **_secured(query, split.scheme == "rediss")}
    parts = [unquote(part) for part in split.path.split("/") if part]
    match split.scheme:
        case "redis" | "rediss":
            (address,) = _addresses(split, _REDIS_PORT, most=1)
            return Fixed(address, {**options, "db": _database(parts)})
        case "redis+sentinel":
            if not parts:
                raise _Wrong("it does not say which service to ask the Sentinels for")
            asking = {name: query[word] for word, name in _SENTINEL.items() if query.get(word)}
            return BySentinel(
                _addresses(split, _SENTINEL_PORT),
                service=parts[0],
                options={**options, "db": _database(parts[1:])},
                sentinel_options={**asking, **_named_tls(query)},
            )
        case "redis+cluster":
            if _database(parts):
                raise _Wrong("a cluster has no numbered databases")
            return ByCluster(
                _addresses(split, _REDIS_PORT),
                options=options,
                cluster_options={**_credentials(split), **_named_tls(query)},
            )
        case _:
            raise _Wrong("its scheme is none of those that are known")


def _addresses(split: SplitResult, port: int, most: int | None = None) -> list[Address]:
    hosts = split.netloc.rpartition("@")[2].split(",")
    if most and len(hosts) > most:
        raise _Wrong("it names several servers, which needs Sentinel or a cluster")
    return [_address(host, port) for host in hosts]


def _address(text: str, default: int) -> Address:
    found = urlsplit(f"//{text}")
    if not found.hostname:
        raise _Wrong("a host's name is missing")
    try:
        return found.hostname, found.port or default
    except ValueError:
        raise _Wrong(f"the port of {found.hostname} is no port") from None


def _credentials(split: SplitResult) -> dict[str, str]:
    user, found, password = split.netloc.rpartition("@")[0].partition(":")
    named = {"username": unquote(user), "password": unquote(password) if found else ""}
    return {name: value for name, value in named.items() if value}


def _database(parts: list[str]) -> int:
    if len(parts) > 1 or (parts and not parts[0].isdecimal()):
        raise _Wrong("what follows the host is no number of a database")
    return int(parts[0]) if parts else 0


def _files(query: Mapping[str, str]) -> dict[str, str]:
    return {name: query[name] for name in _TLS_FILES if query.get(name)}


def _is_tls(query: Mapping[str, str]) -> bool:
    if (wanted := query.get("tls", "no")) not in {"yes", "no"}:
        raise _Wrong("tls is neither yes nor no")
    return wanted == "yes" or bool(_files(query))


def _secured(query: Mapping[str, str], by_scheme: bool) -> dict[str, Any]:
    """TLS as a connection pool takes it."""
    return {"connection_class": SSLConnection, **_files(query)} if by_scheme or _is_tls(query) else {}


def _named_tls(query: Mapping[str, str]) -> dict[str, Any]:
    """TLS as a client takes it that makes its own pool."""
    return {"ssl": True, **_files(query)} if _is_tls(query) else {}
