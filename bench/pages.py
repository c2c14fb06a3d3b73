"""The web pages: how much the first one weighs, how long the server takes for it, and what many live viewers cost the
accepting of alerts."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from http.client import HTTPConnection, HTTPResponse
from statistics import mean

from bench.accepting import NEW, OWN, accepted, rows_of_one
from bench.bodies import webhook
from bench.course import Course
from bench.crowded import AT_ONCE
from bench.figures import Figure, Target, percentile
from bench.load import Cost, Load, warm_up
from bench.paging import send
from bench.serving import CLIENT_CORE, TOKEN, Server, ServerFailedError, on_core, python
from bench.stored import look, wait_until_sent

FEW, OPEN = 50, 1_000
LOOKS = 300
VIEWERS = 200
LEG_SECONDS = 10.0
"""At the least, so that a few changes are shown while alerts come in."""

PATIENCE = 120.0
_ROUND_OF_KEYS = 200_000_000
_PERSON = "asha"


def measure(course: Course) -> list[Figure]:
    with course.routing() as (server, _):
        _open(course, server, FEW)
        cookie = sign_in(server)
        weight, begins = weight_of_first(server, cookie)
        _open(course, server, OPEN - FEW)
        took, cpu = zip(*[_looked_at(course, server, cookie, one) for one in _numbers(course)], strict=True)
    beside = [_beside_viewers(course, number) for number in _numbers(course)]
    group = "the web pages"
    return [
        Figure(group, f"first page with {FEW} open, all that it loads", (weight / 1000,), "kB", Target("<", 60)),
        Figure(group, "of this, what its stream begins with", (begins / 1000,), "kB"),
        Figure(group, f"its HTML with {OPEN:,} open, p95", took, "ms", Target("<", 50)),
        Figure(group, "the same, what the server's core spent on it", cpu, "ms"),
        Figure(group, f"accepted with {VIEWERS} live viewers", tuple(one.rate for one in beside), "alerts/s"),
        Figure(group, "the same, of with none", tuple(one.share for one in beside), "", Target("≥", 0.9)),
        Figure(group, "CPU of an alert, of with none", tuple(one.cpu_share for one in beside), ""),
        Figure(group, "meanwhile each is shown a change every", tuple(one.every for one in beside), "s"),
    ]


def _numbers(course: Course) -> range:
    return range(1, course.rounds + 1)


def _open(course: Course, server: Server, more: int) -> None:
    """So many more incidents, which everybody has been paged about."""
    before = look(server.database).incidents
    course.step(f"opening {more:,} incidents")
    alerts = min(more, AT_ONCE // 2)
    send(server, OWN, more // alerts, alerts=alerts, start=before)
    wait_until_sent(lambda: look(server.database), PATIENCE)
    assert look(server.database).incidents == before + more


def sign_in(server: Server) -> str:
    """The cookie of somebody who has signed in."""
    connection = HTTPConnection("127.0.0.1", server.port)
    headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
    connection.request("POST", "/api/v1/sign-in-links", json.dumps({"person": _PERSON}), headers)
    url = json.loads(connection.getresponse().read())["url"]
    connection.request("POST", "/sign-in/link/" + url.rpartition("/")[2])
    reply = connection.getresponse()
    reply.read()
    return str(reply.headers["set-cookie"]).partition(";")[0]


def weight_of_first(server: Server, cookie: str) -> tuple[int, int]:
    """Bytes of the replies, heads included, to all that a browser asks for which has never been here: the page, its
    files, and its stream up to the end of the first event. The second number is the stream's."""
    connection = HTTPConnection("127.0.0.1", server.port)
    connection.request("GET", "/", headers={"cookie": cookie})
    html = connection.getresponse().read().decode()
    files = {*re.findall(r'(?:src|href)="(/static/[^"#]+)', html)}
    whole = 0
    for path in ("/", *files):
        connection.request("GET", path, headers={"cookie": cookie, "accept-encoding": "gzip"})
        reply = connection.getresponse()
        body = reply.read()
        whole += _head(reply) + len(body)
        if path == "/":
            assert reply.headers["content-encoding"] == "gzip"
    begins = _beginning(server, cookie, unescape(re.findall(r'hx-sse:connect="([^"]+)', html)[0]))
    return whole + begins, begins


def _beginning(server: Server, cookie: str, address: str) -> int:
    connection = HTTPConnection("127.0.0.1", server.port)
    connection.request("GET", address, headers={"cookie": cookie, "accept": "text/event-stream"})
    reply = connection.getresponse()
    length = 0
    while line := reply.readline():
        length += len(line)
        if line == b"\n":
            break
    connection.close()
    return _head(reply) + length


def _head(reply: HTTPResponse) -> int:
    return len(f"HTTP/1.1 {reply.status} {reply.reason}\r\n") + len(reply.headers.as_bytes())


def _looked_at(course: Course, server: Server, cookie: str, number: int) -> tuple[float, float]:
    """Of the page, one after another, in milliseconds: p95 from the request to its end, and CPU of the server on
    average."""
    course.step(f"round {number}: the first page with {OPEN:,} open")
    connection = HTTPConnection("127.0.0.1", server.port)
    headers = {"cookie": cookie, "accept-encoding": "gzip"}
    cpu, took = server.cpu_seconds(), list[float]()
    for _ in range(LOOKS):
        start = time.perf_counter()
        connection.request("GET", "/", headers=headers)
        reply = connection.getresponse()
        reply.read()
        assert reply.status == 200
        took.append((time.perf_counter() - start) * 1000)
    return percentile(took, 0.95), (server.cpu_seconds() - cpu) * 1000 / LOOKS


@dataclass(frozen=True, slots=True)
class Beside:
    """Accepting with viewers: `rate` of it, and of that and of the CPU for an alert the share of what they are without;
    `every`: seconds between two changes that are shown."""

    rate: float
    share: float
    cpu_share: float
    every: float


def _beside_viewers(course: Course, number: int) -> Beside:
    """On one server, without viewers before and after with them, or the other way round: what slows down as the store
    fills slows both."""
    seconds = max(course.seconds, LEG_SECONDS)
    costs: dict[bool, list[Cost]] = {True: [], False: []}
    every = []
    with course.routing() as (server, _):
        warm_up(server, Load(webhook(NEW)))
        cookie = sign_in(server)
        outer = number % 2 == 0
        for place, with_viewers in enumerate((outer, not outer, not outer, outer)):
            course.step(f"round {number}: accepting {'with' if with_viewers else 'without'} {VIEWERS} viewers")
            wait_until_sent(lambda: look(server.database), PATIENCE)
            load = Load(webhook(NEW), start=(place + 1) * _ROUND_OF_KEYS)
            if not with_viewers:
                costs[False].append(accepted(server, load, seconds, rows_of_one))
                continue
            with viewing(server, cookie) as shown:
                costs[True].append(accepted(server, load, seconds, rows_of_one))
            every.append(seconds / shown[0])
    rate, without = (mean(one.rate for one in costs[seen]) for seen in (True, False))
    cpu, its = (mean(one.cpu_us for one in costs[seen]) for seen in (True, False))
    return Beside(rate, rate / without, cpu / its, mean(every))


@contextmanager
def viewing(server: Server, cookie: str) -> Iterator[list[int]]:
    """So many browsers that look at the open incidents, each with a stream of its own. At the end the list holds how
    many changes each was shown at the least; raises `ServerFailedError` when one saw none, or lost its stream. They
    give way to whoever sends alerts, for real ones are on other machines."""
    command = on_core(CLIENT_CORE, "nice", "-n", 19, *python("bench.viewers", server.port, VIEWERS, cookie))
    shown = list[int]()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            if process.stdout.readline() != "looking\n":
                raise ServerFailedError("the viewers see nothing")
            yield shown
            process.terminate()
            fewest = process.stdout.read()
            if process.wait() or int(fewest) < 1:
                raise ServerFailedError(f"a viewer has lost sight: {fewest}")
            shown.append(int(fewest))
        finally:
            process.kill()
