"""Who looks at a page: a route's signature names the scope that its reader needs (`Reading`, `Responding` …)."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.adapters.sessions import Session
from app.adapters.sources.body import clean, parse_pairs
from app.domain.errors import Forbidden, Unauthorised
from app.domain.events import Actor
from app.domain.ruleset import Rules
from app.entrypoints.http.assembled import application_of
from app.entrypoints.http.bodies import plain_request
from app.entrypoints.web.cookies import SESSION, THEME, ZONE, cookie_named, set_session
from app.entrypoints.web.live import Leave, Live, Render
from app.entrypoints.web.nav import NAV, SIDE_BY_SIDE
from app.entrypoints.web.pages import packed, page, rendered
from app.entrypoints.web.wording import name_of
from app.service.tokens import Scope, allows
from app.wiring import Application

CHANNEL = "web"
FORM_TOKEN = "form_token"  # noqa: S105 - the name of a field
_ZONE = re.compile(r"[A-Za-z0-9_+-]{1,32}(/[A-Za-z0-9_+-]{1,32}){0,2}")


class SignInNeeded(Unauthorised):
    """Nobody is signed in here, or no longer; `typed` is what the form held that came."""

    def __init__(self, reason: str, typed: Mapping[str, str] | None = None) -> None:
        super().__init__(reason)
        self.typed = typed or {}


class StaleForm(Forbidden):
    """A form without the proof that it comes from a page of this session."""

    def __init__(self, typed: Mapping[str, str]) -> None:
        super().__init__("this form is from another session; open the page again and send it from there")
        self.typed = typed


@dataclass(frozen=True, slots=True)
class Form:
    """What a page's form sent. Texts are stripped; of repeated names `text` gives the last one, `all` each of them."""

    pairs: Sequence[tuple[str, str]] = ()

    def text(self, name: str, most: int = 20_000) -> str:
        return next((text for found, text in reversed(self.pairs) if found == name), "").strip()[:most]

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(text.strip() for found, text in self.pairs if found == name and text.strip())

    def typed(self) -> dict[str, str]:
        """What a person wrote, by the names of the fields."""
        return {name: text for name, text in self.pairs if name != FORM_TOKEN and text.strip()}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who is signed in. `person` is an id of the rules file, or empty for somebody who is not in it: they see
    and raise, but cannot act on an incident. `zone` is the browser's, else that of the rules file."""

    session: Session
    person: str
    name: str
    zone: ZoneInfo

    def may(self, scope: Scope) -> bool:
        return allows(self.session.scopes, scope)

    @property
    def own_pay(self) -> str:
        """Whose own pay this shows; empty: nobody's."""
        return self.person if self.session.shows_pay else ""

    @property
    def may_act(self) -> bool:
        """Whether buttons on an incident are for them."""
        return bool(self.person) and self.may(Scope.RESPOND)

    @property
    def actor(self) -> Actor:
        return Actor(self.person or self.name, CHANNEL)


@dataclass(frozen=True, slots=True)
class Page:
    """One request for a page, by somebody who may make it. Of a POST, `form` is what it sent, and was checked."""

    request: Request
    application: Application
    viewer: Viewer
    now: datetime
    form: Form = Form()

    @property
    def rules(self) -> Rules:
        return self.application.in_force.rules

    def show(self, template: str, status: int = 200, **values: object) -> Response:
        """The page in its frame, with navigation. Templates find `viewer`, `now`, `ticks`, `zone`, `form_token` too."""
        whole = self.show_secret(template, status, **values)
        return packed(whole, self.request.headers.get("accept-encoding", ""))

    def show_secret(self, template: str, status: int = 200, **values: object) -> HTMLResponse:
        """The same of a page with something secret in it that stays as it is: not compressed, so that its length says
        nothing of it."""
        response = page(template, status, None, **self._frame(), **values)
        self._keep_signed_in(response)
        return response

    def part(self, template: str, **values: object) -> bytes:
        """A piece of a page; the same for all who look at it in the same zone, so it can be made once for them, and for
        as long as nothing changes: times tick by the page's script alone."""
        frame = {"zone": self.viewer.zone, "rules_zone": self.rules.zone, "now": self.now, "ticks": None}
        return rendered(template, **frame, **values)

    def at(self, now: datetime) -> "Page":
        """The same page, made again later."""
        return replace(self, now=now)

    async def live(self, key: str, render: Render) -> Response:
        """A piece of a page that stays up to date. `key` says what else it depends on than the reader's zone: all who
        look at the same share what `render` makes, so it must hold nothing that is for one of them alone."""
        live: Live = self.request.app.state.live
        application, session = self.application, self.viewer.session
        leave = Leave(application.sessions.ends(session), lambda: application.signing_in.is_signed_out(session.id))
        return await live.answer(self.request, f"{key} {self.viewer.zone}", render, leave)

    def go(self, to: str) -> Response:
        """To a page of this server by GET, so that reloading it does not act once more."""
        return RedirectResponse(to, 303, {"cache-control": "no-store"})

    def _frame(self) -> dict[str, object]:
        cookies, sessions = self.request.cookies, self.application.sessions
        theme = cookies.get(THEME, "")
        nav = [item for item in NAV if self.viewer.may(item.scope)]
        return {
            "viewer": self.viewer,
            "now": self.now,
            "ticks": self.now,
            "zone": self.viewer.zone,
            "nav": nav[:SIDE_BY_SIDE],
            "nav_more": nav[SIDE_BY_SIDE:],
            "path": self.request.url.path,
            "theme": theme if theme in ("dark", "light") else "",
            "form_token": sessions.form_token(self.viewer.session.id),
            "rules_zone": self.rules.zone,
        }

    def _keep_signed_in(self, response: HTMLResponse) -> None:
        sessions = self.application.sessions
        if renewed := sessions.renewed(self.viewer.session):
            set_session(response, sessions.seal(renewed), self.application)


def _asking(scope: Scope) -> Callable[[Request], Awaitable[Page]]:
    async def ask(request: Request) -> Page:
        application = application_of(request)
        form = await _form(request, application) if request.method == "POST" else Form()
        viewer = await viewer_of(request, application, form)
        if request.method == "POST" and not application.sessions.is_form_token(
            form.text(FORM_TOKEN), viewer.session.id
        ):
            raise StaleForm(form.typed())
        if not viewer.may(scope):
            raise Forbidden(f"{viewer.name} lacks the scope {scope.value!r}")
        return Page(request, application, viewer, application.clock.now(), form)

    return ask


Reading = Annotated[Page, Depends(_asking(Scope.READ))]
Responding = Annotated[Page, Depends(_asking(Scope.RESPOND))]
Managing = Annotated[Page, Depends(_asking(Scope.MANAGE))]
Paying = Annotated[Page, Depends(_asking(Scope.PAY))]


async def viewer_of(request: Request, application: Application, form: Form) -> Viewer:
    """Raises `SignInNeeded`, also for somebody who has left the rules file."""
    sealed = request.cookies.get(cookie_named(SESSION, application), "")
    try:
        session = application.sessions.read(sealed)
        if await application.signing_in.is_signed_out(session.id):
            raise Unauthorised("you have signed out")
    except Unauthorised as error:
        raise SignInNeeded(str(error), form.typed()) from None
    rules = application.in_force.rules
    if session.person and session.person not in rules.people:
        raise SignInNeeded("you are not in the rules file any more", form.typed())
    name = name_of(session.person, rules) if session.person else session.name
    return Viewer(session, session.person, name, _zone(request.cookies.get(ZONE, "")) or rules.zone)


async def _form(request: Request, application: Application) -> Form:
    body = (await plain_request(request, application.settings.max_body, application.clock.now())).body
    pairs = parse_pairs(body)
    clean(dict(pairs), "the form")
    return Form([(name, text.replace("\r\n", "\n")) for name, text in pairs])


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo | None:
    """What a browser calls its time zone; None for what is none."""
    if not _ZONE.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        return None
