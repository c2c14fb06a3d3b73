"""The web pages: how much the first one weighs, how long the server takes for it, and what many live viewers cost the
accepting of alerts."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

from bench.accepting import NEW, OWN, accepted, rows_of_one
from bench.bodies import webhook
from bench.course import Course
from bench.crowded import AT_ONCE
from bench.figures import Figure, Target, percentile
from bench.load import Load, warm_up
from bench.paging import send
from bench.serving import CLIENT_CORE, TOKEN, Server, on_core, python
from bench.stored import look, wait_until_sent

OPEN = 1_000
LOOKS = 300
VIEWERS = 200
PATIENCE = 120.0
_ROUND_OF_KEYS = 200_000_000
_PERSON = "asha"


def measure(course: Course) -> list[Figure]:
    weights, took, ratios = list[float](), list[float](), list[float]()
    with course.routing() as (server, _):
        course.step(f"opening {OPEN:,} incidents")
        send(server, OWN, OPEN // AT_ONCE, alerts=AT_ONCE)
        wait_until_sent(lambda: look(server.database), PATIENCE)
        cookie = sign_in(server)
        weights.append(weight(server, cookie) / 1000)
        for number in range(1, course.rounds + 1):
            course.step(f"round {number}: the first page with {OPEN:,} open")
            took.append(percentile(looks(server, cookie), 0.95))
    for number in range(1, course.rounds + 1):
        ratios.append(_beside_viewers(course, number))
    group = "the web pages"
    return [
        Figure(group, "first page, everything it loads, on the wire", tuple(weights), "kB", Target("<", 60)),
        Figure(group, f"its HTML with {OPEN:,} open, p95", tuple(took), "ms", Target("<", 50)),
        Figure(group, f"accepted with {VIEWERS} live viewers, of with none", tuple(ratios), "", Target("≥", 0.9)),
    ]


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


def weight(server: Server, cookie: str) -> int:
    """Bytes of the page and of all that a browser fetches for it, bodies as they are sent."""
    connection = HTTPConnection("127.0.0.1", server.port)
    packed = {"cookie": cookie, "accept-encoding": "gzip"}

    def fetched(path: str) -> int:
        connection.request("GET", path, headers=packed)
        return len(connection.getresponse().read())

    connection.request("GET", "/", headers={"cookie": cookie})
    html = connection.getresponse().read().decode()
    files = {*re.findall(r'(?:src|href)="(/static/[^"#]+)', html)}
    return fetched("/") + sum(map(fetched, files))


def looks(server: Server, cookie: str) -> list[float]:
    """Milliseconds from the request to the whole page, one after another."""
    connection = HTTPConnection("127.0.0.1", server.port)
    headers = {"cookie": cookie, "accept-encoding": "gzip"}
    took = []
    for _ in range(LOOKS):
        start = time.perf_counter()
        connection.request("GET", "/", headers=headers)
        reply = connection.getresponse()
        reply.read()
        assert reply.status == 200
        took.append((time.perf_counter() - start) * 1000)
    return took


def _beside_viewers(course: Course, number: int) -> float:
    """The rate of accepting with viewers over that without, on one server, each before and after the other by turns."""
    with course.routing() as (server, _):
        warm_up(server, Load(webhook(NEW)))
        cookie = sign_in(server)
        rates: dict[bool, float] = {}
        order = (False, True) if number % 2 else (True, False)
        for place, with_viewers in enumerate(order):
            course.step(f"round {number}: accepting {'with' if with_viewers else 'without'} {VIEWERS} viewers")
            wait_until_sent(lambda: look(server.database), PATIENCE)
            load = Load(webhook(NEW), start=(place + 1) * _ROUND_OF_KEYS)
            if with_viewers:
                with viewing(server, cookie):
                    rates[True] = accepted(server, load, course.seconds, rows_of_one).rate
            else:
                rates[False] = accepted(server, load, course.seconds, rows_of_one).rate
    return rates[True] / rates[False]


@contextmanager
def viewing(server: Server, cookie: str) -> Iterator[None]:
    """So many browsers that look at the open incidents, each with a stream of its own."""
    command = on_core(CLIENT_CORE, *python("bench.viewers", server.port, VIEWERS, cookie))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("looking"), "the viewers see nothing"
            yield
        finally:
            process.kill()
