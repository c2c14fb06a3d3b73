"""Whether what a server has acknowledged survives a crash: its settings are read and judged against the promise."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError


@dataclass(frozen=True, slots=True)
class Facts:
    """What could be seen of a server; None: it does not say."""

    aof: bool
    fsync: str | None
    no_fsync_on_rewrite: bool | None
    maxmemory: int
    eviction: str
    min_replicas: int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """`faults` make the promise weaker than it sounds; `remarks` are worth knowing."""

    faults: tuple[str, ...]
    remarks: tuple[str, ...]


async def inspect(client: "Redis") -> Facts:
    """A server's settings; where it forbids CONFIG (managed ones do), what INFO tells."""
    told: Mapping[str, Any] = await client.info("everything")
    settings: Mapping[str, str] = {}
    try:
        found = await client.config_get("*")
        settings = {_text(name): _text(value) for name, value in found.items()}
    except ResponseError:
        pass
    least = settings.get("min-replicas-to-write")
    rewriting = settings.get("no-appendfsync-on-rewrite")
    return Facts(
        aof=bool(told.get("aof_enabled")),
        fsync=settings.get("appendfsync"),
        no_fsync_on_rewrite=None if rewriting is None else rewriting == "yes",
        maxmemory=int(told.get("maxmemory", 0)),
        eviction=str(told.get("maxmemory_policy", "noeviction")),
        min_replicas=None if least is None else int(least),
    )


def judge(facts: Facts, replicas: int, fails_over: bool) -> Verdict:
    """What a commit on such a server is worth, when it is to be on so many replicas and one may take over."""
    faults = [*_of_disk(facts), *_of_memory(facts)]
    return Verdict(tuple(faults), tuple(_of_replicas(facts, replicas, fails_over)))


def _of_disk(facts: Facts) -> list[str]:
    if not facts.aof:
        return ["the server keeps no append-only file, so a restart loses commits: set appendonly yes"]
    if facts.fsync is None:
        return ["the server forbids CONFIG, so nobody can see whether a commit is on disk: "
                "allow this user CONFIG GET"]  # fmt: skip
    if facts.fsync == "no":
        return ["the server leaves writing to disk to the system (appendfsync no), so a power cut loses commits: "
                "set appendfsync always"]  # fmt: skip
    if facts.fsync == "everysec":
        return ["the server writes to disk once a second (appendfsync everysec), so a power cut loses up to two "
                "seconds: set appendfsync always"]  # fmt: skip
    if facts.no_fsync_on_rewrite:
        return ["the server does not write through to disk while it rewrites its file: "
                "set no-appendfsync-on-rewrite no"]  # fmt: skip
    return []


def _of_memory(facts: Facts) -> list[str]:
    if facts.maxmemory and facts.eviction != "noeviction":
        return [f"the server throws keys away when its memory is full (maxmemory-policy {facts.eviction}): "
                "set maxmemory-policy noeviction"]  # fmt: skip
    return []


def _of_replicas(facts: Facts, replicas: int, fails_over: bool) -> list[str]:
    if fails_over and not replicas:
        return ["when a replica takes over, commits that it has not got yet are lost: "
                "ask for at least one replica to confirm each commit"]  # fmt: skip
    if replicas and facts.min_replicas is not None and facts.min_replicas < replicas:
        return [f"with fewer than {replicas} replicas the server still takes commits, which are then reported as "
                f"unconfirmed: set min-replicas-to-write {replicas} to have it refuse them"]  # fmt: skip
    return []


def _text(value: bytes | str | None) -> str:
    return value.decode() if isinstance(value, bytes) else value or ""
