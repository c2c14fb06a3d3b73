"""The server that the commands talk to, and every failure a line that says what to do next."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import quote, urlencode

from app.entrypoints.cli.failures import CommandFailed

AGENT = "oncall-router-cli"
Query = Mapping[str, str | int | Sequence[str]]
Fields = dict[str, object]
Asked = tuple[str, str, Mapping[str, object] | None]
"""A request: its method, its address, and its body."""

AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply: `text` as it came, for programs, and what it says, for people."""

    text: str

    @property
    def fields(self) -> Fields:
        return fields(json.loads(self.text))

    @property
    def items(self) -> list[Fields]:
        return rows(self.fields.get("items"))


@dataclass(frozen=True, slots=True)
class Server:
    """Where it is and with which token it is asked. Every method raises `CommandFailed`."""

    url: str
    token: str = ""

    def get(self, *path: str, **query: str | int | Sequence[str]) -> Answer:
        return self._ask("GET", path, {name: value for name, value in query.items() if value})

    def text(self, *path: str, **query: str | int | Sequence[str]) -> str:
        """What is no JSON, such as a CSV file, as it came."""
        asked = {name: value for name, value in query.items() if value}
        ((status, text),) = asyncio.run(self._exchange([("GET", self._address(path, asked), None)]))
        if not 200 <= status < 300:
            raise CommandFailed(self._refusal(status, text))
        return text

    def get_each(self, paths: Sequence[Sequence[str]]) -> list[Answer]:
        """Answers in the same order, asked side by side: for what takes a look at each of many."""
        replies = asyncio.run(self._exchange([("GET", self._address(path), None) for path in paths]))
        return [self._answer(*reply) for reply in replies]

    def post(self, *path: str, body: Mapping[str, object] | None = None) -> Answer:
        """Fields that are empty are left out."""
        return self._ask("POST", path, {}, {name: value for name, value in (body or {}).items() if value})

    def delete(self, *path: str) -> Answer:
        return self._ask("DELETE", path, {})

    def _ask(self, method: str, path: Sequence[str], query: Query, body: Mapping[str, object] | None = None) -> Answer:
        (reply,) = asyncio.run(self._exchange([(method, self._address(path, query), body)]))
        return self._answer(*reply)

    def _address(self, path: Sequence[str], query: Query = MappingProxyType({})) -> str:
        address = "/".join([f"{self.url.rstrip('/')}/api/v1", *(quote(part, safe="") for part in path)])
        asked = urlencode(query, doseq=True)
        return f"{address}?{asked}" if asked else address

    def _answer(self, status: int, text: str) -> Answer:
        if 200 <= status < 300:
            return self._understood(text)
        raise CommandFailed(self._refusal(status, text))

    async def _exchange(self, asked: Sequence[Asked]) -> list[tuple[int, str]]:
        """Status and text of each reply."""
        from app.adapters.outbound_http import OutboundHttp, Reply, Unreachable

        headers = {"user-agent": AGENT, "accept": "application/json"}
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        client, turn = OutboundHttp(), asyncio.Semaphore(AT_ONCE)

        async def ask(method: str, url: str, body: Mapping[str, object] | None) -> Reply:
            async with turn:
                if method == "POST":
                    return await client.post(url, json=dict(body or {}), headers=headers)
                return await (client.delete if method == "DELETE" else client.get)(url, headers=headers)

        try:
            replies = await asyncio.gather(*(ask(*one) for one in asked))
        except Unreachable as unreachable:
            raise CommandFailed(
                f"no server at {self.url}: {unreachable.reason}; start it with `oncall-router serve`, "
                "or name another with --url or ONCALL_URL"
            ) from None
        finally:
            await client.aclose()
        return [(reply.status, reply.body.decode("utf-8", "replace")) for reply in replies]

    def _understood(self, text: str) -> Answer:
        try:
            json.loads(text or "{}")
        except ValueError:
            raise CommandFailed(f"{self.url} does not answer as an oncall-router does: check --url") from None
        return Answer(text or "{}")

    def _refusal(self, status: int, text: str) -> str:
        try:
            problem = fields(json.loads(text))
        except ValueError:
            problem = {}
        if "detail" not in problem:
            return f"{self.url} answered {status}, but not as an oncall-router does: check --url"
        detail = str(problem["detail"])
        if status == 401:
            return f"{detail}: give a token with --token or ONCALL_TOKEN"
        return detail


def fields(value: object) -> Fields:
    return value if isinstance(value, dict) else {}


def rows(value: object) -> list[Fields]:
    return [fields(one) for one in value] if isinstance(value, list) else []


def word(value: object) -> str:
    """A value of a reply as text; nothing for null."""
    return "" if value is None else str(value)


def words(value: object) -> str:
    """A list of a reply as text."""
    return ", ".join(word(one).replace("_", " ") for one in value) if isinstance(value, list) else word(value)
