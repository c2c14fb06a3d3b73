"""The store's address: what each form means, and what is wrong with those that mean nothing."""

import pytest
from redis.asyncio.connection import SSLConnection

from app.adapters.store_redis.address import parse
from app.adapters.store_redis.where import ByCluster, BySentinel, Fixed, Where
from app.domain.errors import StoreRefused

TLS = {"connection_class": SSLConnection}


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("redis://db", Fixed(("db", 6379), {"db": 0})),
        ("redis://db:7000/3", Fixed(("db", 7000), {"db": 3})),
        ("redis://[::1]:7000", Fixed(("::1", 7000), {"db": 0})),
        ("redis://:p%40ss@db", Fixed(("db", 6379), {"password": "p@ss", "db": 0})),
        ("redis://me:pass@db/", Fixed(("db", 6379), {"username": "me", "password": "pass", "db": 0})),
        ("rediss://db", Fixed(("db", 6379), {**TLS, "db": 0})),
        (
            "rediss://db?ssl_ca_certs=/run/ca.crt&ssl_certfile=/run/me.crt&ssl_keyfile=/run/me.key",
            Fixed(
                ("db", 6379),
                {
                    **TLS,
                    "ssl_ca_certs": "/run/ca.crt",
                    "ssl_certfile": "/run/me.crt",
                    "ssl_keyfile": "/run/me.key",
                    "db": 0,
                },
            ),
        ),
        (
            "redis+sentinel://me:pass@s1,s2:7001/oncall/2?sentinel_password=watch",
            BySentinel(
                [("s1", 26379), ("s2", 7001)],
                "oncall",
                {"username": "me", "password": "pass", "db": 2},
                {"password": "watch"},
            ),
        ),
        (
            "redis+sentinel://s1/oncall?tls=yes",
            BySentinel([("s1", 26379)], "oncall", {**TLS, "db": 0}, {"ssl": True}),
        ),
        (
            "redis+cluster://:pass@c1,c2:7001",
            ByCluster([("c1", 6379), ("c2", 7001)], {"password": "pass"}, {"password": "pass"}),
        ),
        (
            "redis+cluster://c1?ssl_ca_certs=/run/ca.crt",
            ByCluster(
                [("c1", 6379)],
                {**TLS, "ssl_ca_certs": "/run/ca.crt"},
                {"ssl": True, "ssl_ca_certs": "/run/ca.crt"},
            ),
        ),
    ],
)
def test_an_address_is_understood(url: str, where: Where) -> None:
    assert parse(url) == where


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("redis://", "a host's name is missing"),
        ("redis://a,b", "it names several servers, which needs Sentinel or a cluster"),
        ("redis://:sesame@db:port", "the port of db is no port"),
        ("redis://:sesame@db:99999", "the port of db is no port"),
        ("redis://db/oncall", "what follows the host is no number of a database"),
        ("redis://db?retry=yes", "it has an option that is not known"),
        ("redis://db?tls=maybe", "tls is neither yes nor no"),
        ("redis+sentinel://s1,s2", "it does not say which service to ask the Sentinels for"),
        ("redis+cluster://c1/1", "a cluster has no numbered databases"),
        ("postgres://me:sesame@db", "its scheme is none of those that are known"),
        ("redis://:sesame@[db", "it is no URL"),
        ("redis://:open?sesame@db/0", "it has an option that is not known"),
        ("redis://:open?sesame=1@db/0", "it has an option that is not known"),
        ("redis://:ab[sesame]cd@db", "it is no URL"),
        ("redis://:sesame\N{DEGREE CELSIUS}\N{FULLWIDTH SOLIDUS}@db", "it is no URL"),
    ],
)
def test_what_is_no_address_is_refused_without_showing_it(url: str, reason: str) -> None:
    with pytest.raises(StoreRefused) as caught:
        parse(url)

    assert str(caught.value).startswith(f"the store's address cannot be understood, {reason}")
    assert "sesame" not in str(caught.value)


def test_who_names_a_store_of_another_kind_is_told_of_all_that_there_are() -> None:
    with pytest.raises(StoreRefused) as caught:
        parse("postgres://db")

    schemes = ("sqlite:///", "redis://", "rediss://", "redis+sentinel://", "redis+cluster://")
    assert [scheme for scheme in schemes if scheme not in str(caught.value)] == []


def test_a_password_is_not_shown() -> None:
    for url in (
        "redis://:sesame@db",
        "redis+sentinel://:sesame@s/x?sentinel_password=sesame",
        "redis+cluster://:sesame@c",
    ):
        assert "sesame" not in repr(parse(url))
