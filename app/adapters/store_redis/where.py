"""Where the primary is: given, asked of Sentinels, or asked of a cluster. All else talks to that one server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any, Protocol

from redis.asyncio import RedisCluster
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Unconnected

Address = tuple[str, int]
Options = Mapping[str, Any]

CONNECT_WITHIN = 1.0
ANSWER_WITHIN = 2.5
"""Seconds."""


class Where(Protocol):
    """One way of finding the primary. `options` are what a connection to it needs beside the address."""

    @property
    def options(self) -> Options: ...

    @property
    def look_again(self) -> float:
        """Seconds after which a primary that works is looked for again, since there may be another by now."""
        ...

    @property
    def fails_over(self) -> bool:
        """Whether a replica may take its place."""
        ...

    async def find(self, key: str) -> Address:
        """The primary, of the slot of this key. Raises what redis-py raises."""
        ...


def once() -> dict[str, Any]:
    """No call is ever repeated by the library, which cannot know whether it was carried out."""
    return {
        "retry": Retry(NoBackoff(), 0),
        "socket_connect_timeout": CONNECT_WITHIN,
        "socket_timeout": ANSWER_WITHIN,
        "protocol": 2,
    }


@dataclass(frozen=True, slots=True)
class Fixed:
    address: Address
    options: Options = field(repr=False)
    look_again: float = inf
    fails_over: bool = False

    async def find(self, key: str) -> Address:
        return self.address


@dataclass(frozen=True, slots=True)
class BySentinel:
    sentinels: Sequence[Address]
    service: str
    options: Options = field(repr=False)
    sentinel_options: Options = field(repr=False)
    look_again: float = 2.0
    fails_over: bool = True

    async def find(self, key: str) -> Address:
        options = {**once(), "socket_timeout": CONNECT_WITHIN, **self.sentinel_options}
        asked = Sentinel(self.sentinels, sentinel_kwargs=options)  # type: ignore[no-untyped-call]
        try:
            host, port = await asked.discover_master(self.service)
        finally:
            for client in asked.sentinels:
                await client.aclose()
        return str(host), int(port)


@dataclass(frozen=True, slots=True)
class ByCluster:
    nodes: Sequence[Address]
    options: Options = field(repr=False)
    cluster_options: Options = field(repr=False)
    look_again: float = inf
    fails_over: bool = True

    async def find(self, key: str) -> Address:
        cluster = RedisCluster(
            startup_nodes=[ClusterNode(host, port) for host, port in self.nodes],
            require_full_coverage=False,
            **once(),
            **self.cluster_options,
        )
        try:
            await cluster.initialize()
            node = cluster.get_node_from_key(key)
        finally:
            await cluster.aclose()
        if node is None:
            raise Unconnected("no server of the cluster has our keys")
        return str(node.host), int(node.port)
