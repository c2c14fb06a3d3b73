"""Bodies that mean harm, posted to a running server: a clear refusal each, in bounded time and memory, and no secret in
its log."""

import base64
import gzip
import itertools
import json
import resource
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.faults.people import People, people
from tests.faults.running import TOKEN, House, Reply, Server, an_alert, ask, serving, wait_for

pytestmark = pytest.mark.server

LIMIT = 1_048_576
MEGABYTE = 1_000_000
BOMB = gzip.compress(b"0" * (200 * MEGABYTE), 9)
"""Two hundred megabytes in two hundred kilobytes."""

LONGEST_ANSWER = 3.0
"""Seconds, on a machine that has other things to do."""

PARALLEL = 200
PATHS = (
    *("/webhooks/generic", "/webhooks/alertmanager", "/v2/enqueue", "/api/v1/incidents"),
    *("/v2/alerts", "/api/v2/alerts"),
)

HARMFUL: dict[str, tuple[bytes, dict[str, str]]] = {
    "over the limit": (b" " * (LIMIT + 1), {}),
    "a gzip bomb": (BOMB, {"Content-Encoding": "gzip"}),
    "gzip that is none": (b"not gzip at all", {"Content-Encoding": "gzip"}),
    "gzip that stops early": (gzip.compress(b'{"title": "x"}' * 1000)[:-30], {"Content-Encoding": "gzip"}),
    "an unknown encoding": (b"{}", {"Content-Encoding": "br"}),
    "a depth bomb of lists": (b"[" * 500_000, {}),
    "a depth bomb of objects": (b'{"a":' * 100_000, {}),
    "a deep but whole body": (b'{"title": "x", "labels": ' + b"[" * 5_000 + b"]" * 5_000 + b"}", {}),
    "NaN": (b'{"title": "x", "value": NaN}', {}),
    "Infinity": (b'{"title": "x", "value": -Infinity}', {}),
    "half a surrogate pair": (b'{"title": "\\ud800"}', {}),
    "half a surrogate pair in bytes": (b'{"title": "\xed\xa0\x80"}', {}),
    "a NUL": (b'{"title": "a\\u0000b"}', {}),
    "a NUL in bytes": (b'{"title": "a\0b"}', {}),
    "a key twice": (b'{"title": "x", "title": "y"}', {}),
    "not UTF-8": (b'{"title": "\xff\xfe"}', {}),
    "no JSON": (b'{"title": ', {}),
    "nothing": (b"", {}),
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, People]]:
    place = tmp_path_factory.mktemp("bad_bodies")
    with people() as them, serving(House(place, people=them.url)) as server:
        yield server, them


def post(server: Server, path: str, body: bytes, **headers: str) -> Reply:
    given = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json", **headers}
    return ask(server.house.port, "POST", path, body, given)


def is_clear(reply: Reply) -> bool:
    """A 4xx that says what is wrong: by problem details, or on a drop-in endpoint in its vendor's own shape."""
    said = reply.json()
    return 400 <= reply.status < 500 and bool(said.get("detail") or said.get("errors") or said.get("message"))


def still_pages(server: Server, them: People, name: str) -> None:
    assert post(server, "/webhooks/generic", json.dumps(an_alert(name)).encode()).status == 202
    wait_for(lambda: name in them.titles_of("asha") and name in them.titles_of("ben"), f"the pages of {name}", 10)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("harm", HARMFUL)
def test_a_harmful_body_is_refused_clearly_and_at_once(running: tuple[Server, People], harm: str, path: str) -> None:
    server, _ = running
    body, headers = HARMFUL[harm]
    begun = time.monotonic()

    reply = post(server, path, body, **headers)

    assert time.monotonic() - begun < LONGEST_ANSWER
    assert is_clear(reply), reply
    if harm in ("over the limit", "a gzip bomb"):
        assert reply.status == 413
    if harm == "an unknown encoding":
        assert reply.status == 415


def test_a_length_over_the_limit_is_refused_before_the_body_is_sent(running: tuple[Server, People]) -> None:
    server, _ = running
    for length in (LIMIT + 1, 10**12):
        with raw(server, f"Content-Length: {length}\r\n\r\n".encode()) as connection:
            assert connection.recv(4096).startswith(b"HTTP/1.1 413")


def test_an_endless_chunked_body_is_refused_at_the_limit(running: tuple[Server, People]) -> None:
    server, _ = running
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    with raw(server, b"Transfer-Encoding: chunked\r\n\r\n") as connection:
        with suppress(OSError):
            for _ in range(40):
                connection.sendall(chunk)
        assert connection.recv(4096).startswith(b"HTTP/1.1 413")


def raw(server: Server, rest: bytes) -> socket.socket:
    """A connection on which the head of a POST has been sent."""
    connection = socket.create_connection(("127.0.0.1", server.house.port), timeout=10)
    head = f"POST /webhooks/generic HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n"
    connection.sendall(head.encode() + rest)
    return connection


def test_requests_that_never_end_hold_up_nobody(running: tuple[Server, People]) -> None:
    server, them = running
    with ExitStack() as stack:
        for number in range(PARALLEL):
            rest = (b"Content-Length: 1000\r\n\r\n{", b"Content-Le", b"")[number % 3]
            stack.enter_context(raw(server, rest))
        begun = time.monotonic()
        for number in range(20):
            assert post(server, "/webhooks/generic", json.dumps(an_alert(f"beside-{number}")).encode()).status == 202
        took = time.monotonic() - begun
        still_pages(server, them, "while others dawdle")
    assert took < LONGEST_ANSWER


def test_a_sender_that_died_without_a_word_is_found_out(running: tuple[Server, People]) -> None:
    """The kernel asks the other end of an idle connection whether it is still there."""
    server, _ = running
    with raw(server, b"Content-Length: 10\r\n\r\n") as connection:
        theirs, ours = connection.getsockname()[1], server.house.port
        lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        (timer,) = [line[5] for line in lines if (port_of(line[1]), port_of(line[2])) == (ours, theirs)]
    assert timer.startswith("02:"), "no keep-alive timer is running"


def port_of(address: str) -> int:
    return int(address.partition(":")[2], 16)


def is_heard(server: Server) -> bool:
    with suppress(OSError):
        return server.ask("GET", "/healthz").status == 200
    return False


def test_a_flood_of_connections_is_survived(tmp_path: Path) -> None:
    """No file descriptor is left for anything: not to be asked, not to page. All of it comes back by itself."""
    with people() as them, serving(House(tmp_path, people=them.url)) as server:
        still_pages(server, them, "before the flood")
        used = len(list(Path(f"/proc/{server.pid}/fd").iterdir()))
        resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (used + 20, 4096))
        with ExitStack() as stack:
            for _ in range(100):
                stack.enter_context(raw(server, b""))
            time.sleep(1.0)
        wait_for(lambda: is_heard(server), "the server to take connections again", 10)
        still_pages(server, them, "after the flood")
        assert server.terminate() < 15
        assert server.process.returncode == 0


def test_many_harmful_bodies_at_once_take_bounded_memory_and_time(
    running: tuple[Server, People], capsys: pytest.CaptureFixture[str]
) -> None:
    server, them = running
    bodies = [(path, *harm) for path, harm in zip(itertools.cycle(PATHS), HARMFUL.values(), strict=False)]
    before = server.memory()
    begun = time.monotonic()

    with ThreadPoolExecutor(PARALLEL) as crew:
        waiting = [
            crew.submit(post, server, path, body, **headers)
            for path, body, headers in itertools.islice(itertools.cycle(bodies), 3 * PARALLEL)
        ]
        replies = [one.result() for one in waiting]

    took = time.monotonic() - begun
    peak, after = server.memory("VmHWM"), server.memory()
    figures = {"requests": len(replies), "seconds": round(took, 1), "MB": [n // 1000 for n in (before, peak, after)]}
    with capsys.disabled():
        print("\nharmful bodies:", figures)
    assert all(map(is_clear, replies))
    assert took < 30
    assert peak < before + 250 * 1000
    still_pages(server, them, "after all that")


SECRET = "source-secret-0123456789abcdef"
WRONG = "wrong-secret-fedcba9876543210"
HIDDEN_IN_ADDRESS = "hidden-in-an-address-5566778899"


def basic(password: str) -> str:
    return base64.b64encode(f"tool:{password}".encode()).decode()


def test_no_credential_is_ever_in_the_log(tmp_path: Path) -> None:
    """Right ones and wrong ones, in a query, as Bearer and as Basic, in bodies that can and cannot be read."""
    alert = json.dumps(an_alert("secretly")).encode()
    environment = {"ONCALL_SOURCE_GENERIC_SECRET": SECRET, "ONCALL_LOG_LEVEL": "debug"}
    environment["ONCALL_SOURCE_PAGERDUTY_SECRET"] = SECRET
    environment["ONCALL_SOURCE_HEARTBEATS_SECRET"] = SECRET
    environment["ONCALL_HEARTBEAT_URL"] = f"http://127.0.0.1:9/{HIDDEN_IN_ADDRESS}"
    environment["ONCALL_HEARTBEAT_SECONDS"] = "0.2"
    with people() as them:
        house = House(tmp_path, people=f"{them.url}/{HIDDEN_IN_ADDRESS}", environment=environment)
        with serving(house) as server:
            for value, body in itertools.product(
                (SECRET, WRONG, TOKEN), (alert, b'{"title": ', b"\xff" + value_of(WRONG))
            ):
                for path, headers in ways(value):
                    said = ask(house.port, "POST", path, body, {"Content-Type": "application/json", **headers})
                    assert said.status in (202, 400, 401), said
            for key in (SECRET, WRONG):
                event = {"routing_key": key, "event_action": "trigger", "payload": {"summary": "x", "severity": "info"}}
                ask(house.port, "POST", "/v2/enqueue", json.dumps(event).encode(), {})
                ask(house.port, "GET", f"/api/v1/incidents?token={key}", None, {"Authorization": f"Bearer {key}"})
                ask(house.port, "POST", f"/heartbeats/backup?token={key}", alert, {})
                ask(house.port, "GET", "/v2/heartbeats/backup/ping", None, {"Authorization": f"GenieKey {key}"})
                ask(house.port, "GET", f"/a/{key}-{key}", None, {"Cookie": f"session={key}"})
            them.status = {f"{HIDDEN_IN_ADDRESS}/asha": 500, f"{HIDDEN_IN_ADDRESS}/ben": 410}
            ask(house.port, "POST", f"/webhooks/generic?token={SECRET}", alert.replace(b"secretly", b"undelivered"), {})
            time.sleep(1.0)
            refused = server.ask("GET", "/api/v1/quarantine").body.decode()
            server.terminate()
            said_in_all = server.said() + refused
    assert "beat.failed" in said_in_all
    for value in (SECRET, WRONG, TOKEN):
        assert value not in said_in_all, where(value, said_in_all)
        assert basic(value) not in said_in_all, where(basic(value), said_in_all)
    assert HIDDEN_IN_ADDRESS not in said_in_all


def value_of(text: str) -> bytes:
    return json.dumps({"token": text}).encode()


def ways(value: str) -> list[tuple[str, dict[str, str]]]:
    path = "/webhooks/generic"
    return [
        (f"{path}?token={value}", {}),
        (path, {"Authorization": f"Bearer {value}"}),
        (path, {"Authorization": f"Basic {basic(value)}"}),
    ]


def where(value: str, text: str) -> str:
    return next(line for line in text.splitlines() if value in line)[:1000]
