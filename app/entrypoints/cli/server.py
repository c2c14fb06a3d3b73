"""The server that the commands talk to: one request at a time, and every failure a line that says what to do next."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from app.entrypoints.cli.failures import CommandFailed

AGENT = "oncall-router-cli"
Query = Mapping[str, str | int | Sequence[str]]
Fields = dict[str, object]


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

    def post(self, *path: str, body: Mapping[str, object] | None = None) -> Answer:
        """Fields that are empty are left out."""
        return self._ask("POST", path, {}, {name: value for name, value in (body or {}).items() if value})

    def delete(self, *path: str) -> Answer:
        return self._ask("DELETE", path, {})

    def _ask(self, method: str, path: Sequence[str], query: Query, body: Mapping[str, object] | None = None) -> Answer:
        address = "/".join([f"{self.url.rstrip('/')}/api/v1", *(quote(part, safe="") for part in path)])
        asked = urlencode(query, doseq=True)
        status, text = asyncio.run(self._exchange(method, f"{address}?{asked}" if asked else address, body))
        if 200 <= status < 300:
            return self._understood(text)
        raise CommandFailed(self._refusal(status, text))

    async def _exchange(self, method: str, url: str, body: Mapping[str, object] | None) -> tuple[int, str]:
        from app.adapters.outbound_http import OutboundHttp, Unreachable

        headers = {"user-agent": AGENT, "accept": "application/json"}
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        client = OutboundHttp()
        try:
            if method == "POST":
                reply = await client.post(url, json=dict(body or {}), headers=headers)
            else:
                reply = await (client.delete if method == "DELETE" else client.get)(url, headers=headers)
        except Unreachable as unreachable:
            raise CommandFailed(
                f"no server at {self.url}: {unreachable.reason}; start it with `oncall-router serve`, "
                "or name another with --url or ONCALL_URL"
            ) from None
        finally:
            await client.aclose()
        return reply.status, reply.body.decode("utf-8", "replace")

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
