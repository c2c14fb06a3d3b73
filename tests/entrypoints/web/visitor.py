"""A browser without JavaScript: it keeps cookies, follows links and sends forms, each with the token that is in it."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser

import httpx

from app.service.signing_in import Offer
from app.service.tokens import ADMIN, Scope
from tests.entrypoints.http.rig import Rig

Attributes = dict[str, str | None]


class Seen(HTMLParser):
    """A page as it came: its status, tags with their attributes, and the text between them."""

    def __init__(self, reply: httpx.Response) -> None:
        super().__init__()
        self.status = reply.status_code
        self.headers = reply.headers
        self.path = reply.url.path
        self.html = reply.text
        self.tags: list[tuple[str, Attributes]] = []
        self.text = ""
        self._quiet = 0
        self.feed(reply.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def said(self) -> str:
        """Its text with single blanks."""
        return " ".join(self.text.split())

    @property
    def words(self) -> str:
        """The same, with a blank wherever a tag stands: cells of a table, names and values."""
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", self.html)).split())

    def every(self, tag: str, **attributes: str) -> list[Attributes]:
        """The attributes of each such tag; a trailing underscore is for names that Python wants for itself."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [found for name, found in self.tags if name == tag and wanted.items() <= found.items()]

    def value(self, name: str) -> str | None:
        """What stands in an input."""
        return next((found.get("value") for found in self.every("input", name=name)), None)


@dataclass(slots=True)
class Visitor:
    rig: Rig
    client: httpx.AsyncClient
    form_token: str = field(default="", init=False)

    async def get(self, path: str) -> Seen:
        """The page behind a path, wherever that leads."""
        return self._seen(await self.client.get(path, follow_redirects=True))

    async def send(self, path: str, /, **fields: str | list[str]) -> Seen:
        """What a browser shows after a form of the last page was sent."""
        data = {"form_token": self.form_token, **fields}
        return self._seen(await self.client.post(path, data=data, follow_redirects=True))

    def _seen(self, reply: httpx.Response) -> Seen:
        seen = Seen(reply)
        self.form_token = seen.value("form_token") or self.form_token
        return seen


@asynccontextmanager
async def visiting(
    rig: Rig, person: str = "", scopes: frozenset[Scope] = ADMIN, shows_pay: bool = False
) -> AsyncIterator[Visitor]:
    """A new browser; without `person` nobody is signed in there."""
    transport = httpx.ASGITransport(rig.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://router.test") as client:
        visitor = Visitor(rig, client)
        if person:
            await visitor.send(await link(rig, person, scopes, shows_pay))
            await visitor.get("/")
        yield visitor


async def link(rig: Rig, person: str, scopes: frozenset[Scope] = ADMIN, shows_pay: bool = False) -> str:
    """The path of a new link to sign in by."""
    secret, record = rig.application.signing_in.new_link(Offer(person, scopes, shows_pay))
    await rig.application.store.put_record(record)
    return f"/sign-in/link/{secret}"
