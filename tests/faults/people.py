"""The people, as a server of their own: it logs every message that it gets, before it answers."""

import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Got:
    """One message, as it arrived. `titles` are those of the incidents in it."""

    at: float
    person: str
    key: str
    titles: tuple[str, ...]
    kind: str


@dataclass(slots=True)
class People:
    """Everything that anybody got, in order of arrival. `slow`: seconds that an answer takes at most; `status`: what
    somebody answers instead of 204; those in `hung` never answer."""

    url: str = ""
    got: list[Got] = field(default_factory=list)
    slow: float = 0.0
    status: dict[str, int] = field(default_factory=dict)
    hung: set[str] = field(default_factory=set)
    _closing: threading.Event = field(default_factory=threading.Event)

    def titles_of(self, person: str) -> list[str]:
        return [title for one in list(self.got) if one.person == person for title in one.titles]

    def take(self, path: str, key: str, body: bytes) -> int:
        """Log it, then take as long to answer as people do."""
        message = json.loads(body)
        person = path.strip("/")
        titles = tuple(item["title"] for item in message["items"])
        self.got.append(Got(time.time(), person, key, titles, message["kind"]))
        if person in self.hung:
            self._closing.wait()
        if self.slow:
            time.sleep(random.uniform(0, self.slow))
        return self.status.get(person, 204)

    def close(self) -> None:
        self._closing.set()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever talked to us has been killed."""


@contextmanager
def people() -> Iterator[People]:
    """People at their desks, until the end of the block."""
    them = People()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        timeout = 60

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = them.take(self.path, self.headers["webhook-id"], body)
            self.send_response(status)
            if status != 204:
                self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = _Server(("127.0.0.1", 0), Handler)
    them.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="people")
    thread.start()
    try:
        yield them
    finally:
        them.close()
        server.shutdown()
        thread.join()
        server.socket.close()
