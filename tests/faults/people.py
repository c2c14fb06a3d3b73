"""The people, as a server of their own: it logs every message that it gets, before it answers.

It shares nothing with the sender of these messages but the secret: what is not signed as Standard Webhooks say, or not
lately, it refuses.
"""

import hmac
import json
import random
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.faults.running import WEBHOOK_SECRET

LATELY = 300.0
"""Seconds that the time in a signature may be off: what Standard Webhooks allow."""


@dataclass(frozen=True, slots=True)
class Got:
    """One message, as it arrived. `titles` are those of the incidents in it; `degraded`: it says that it was sent
    without the store."""

    at: float
    person: str
    key: str
    titles: tuple[str, ...]
    kind: str
    degraded: bool = False


@dataclass(slots=True)
class People:
    """Everything that anybody got, in order of arrival. `slow`: seconds that an answer takes at most; `status`: what
    somebody answers instead of 204; those in `hung` never answer. `refused`: why messages were not believed."""

    url: str = ""
    got: list[Got] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    slow: float = 0.0
    status: dict[str, int] = field(default_factory=dict)
    hung: set[str] = field(default_factory=set)
    _closing: threading.Event = field(default_factory=threading.Event)

    def titles_of(self, person: str) -> list[str]:
        return [title for one in list(self.got) if one.person == person for title in one.titles]

    def take(self, path: str, headers: Mapping[str, str], body: bytes) -> int:
        """Log it, then take as long to answer as people do."""
        if doubt := why_not_to_believe(headers, body):
            self.refused.append(doubt)
            return 401
        message = json.loads(body)
        person = path.strip("/")
        titles = tuple(item["title"] for item in message["items"])
        degraded = any("degraded" in item["remark"].lower() for item in message["items"])
        self.got.append(Got(time.time(), person, headers["webhook-id"], titles, message["kind"], degraded))
        if person in self.hung:
            self._closing.wait()
        if self.slow:
            time.sleep(random.uniform(0, self.slow))
        return self.status.get(person, 204)

    def close(self) -> None:
        self._closing.set()


def why_not_to_believe(headers: Mapping[str, str], body: bytes) -> str:
    """Empty when the message is signed with our secret, at about this time."""
    key, at = headers["webhook-id"], headers["webhook-timestamp"]
    secret = b64decode(WEBHOOK_SECRET.removeprefix("whsec_"))
    signed = hmac.digest(secret, f"{key}.{at}.".encode() + body, "sha256")
    if f"v1,{b64encode(signed).decode()}" not in headers["webhook-signature"].split():
        return f"{key} is not signed by our secret"
    off = abs(int(at) - time.time())
    return f"{key} was signed {off:.0f} s from now" if off > LATELY else ""


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
            length = int(self.headers["content-length"])
            body = self.rfile.read(length)
            if len(body) < length:
                self.close_connection = True  # Whoever talked to us was killed in the middle of it.
                return
            status = them.take(self.path, self.headers, body)
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
