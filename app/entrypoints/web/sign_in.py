"""Signing in and out: by the provider of OpenID Connect, or by a link that works once."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.adapters.sessions import Session
from app.adapters.sources.body import parse_form
from app.domain.errors import Forbidden, InvalidPayload
from app.entrypoints.http.assembled import App
from app.entrypoints.http.bodies import plain_request
from app.entrypoints.web.cookies import SESSION, drop, set_session
from app.entrypoints.web.page_route import PageRoute
from app.entrypoints.web.pages import page
from app.entrypoints.web.viewer import CHANNEL, Reading
from app.service.audit_log import Act
from app.service.respond import must_be_person
from app.wiring import Application

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.api_route("/sign-in", methods=["GET", "HEAD"])
async def sign_in(application: App, next: str = "/") -> Response:
    by_provider = bool(application.settings.oidc_issuer)
    return page("sign_in.html", by_provider=by_provider, next=inside(next))


@router.api_route("/sign-in/link/{secret}", methods=["GET", "HEAD"])
async def open_link(secret: str, application: App) -> Response:
    """Looking does not use it up, for mail and chat open every link to show what is behind it."""
    offer = await application.signing_in.look(secret)
    return _link_page(secret, offer.person, application)


@router.post("/sign-in/link/{secret}")
async def use_link(secret: str, request: Request, application: App) -> Response:
    """Needs no token against forgery: whoever can name the address holds the secret. But no page of another site, which
    may know a secret of its own, signs anybody in."""
    if request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        raise Forbidden("open the link itself: another site has sent you here")
    form = parse_form((await plain_request(request, application.settings.max_body, application.clock.now())).body)
    offer = await application.signing_in.look(secret)
    person = offer.person or form.get("person", "")
    try:
        must_be_person(person, "person", application.in_force.rules)
    except InvalidPayload:
        return _link_page(secret, offer.person, application, 422, "Say who you are.")
    offer = await application.signing_in.use(secret)
    session = Session.begin(person, "", offer.scopes, application.clock.now(), offer.shows_pay)
    return await signed_in(session, "/", "link", application)


@router.post("/sign-out")
async def sign_out(page: Reading) -> Response:
    application, session = page.application, page.viewer.session
    record = application.signing_in.sign_out(session.id, application.sessions.ends(session))
    logged = application.audit_log.record(Act("session.end", session.id[:8], page.viewer.actor.id, "", CHANNEL))
    await application.store.commit((), (record, logged))
    response = page.go("/sign-in")
    drop(response, SESSION, application)
    return response


async def signed_in(session: Session, to: str, by: str, application: Application) -> Response:
    """Into the session, and on to where one wanted to go."""
    who = session.person or session.name
    note = f"by {by}: {', '.join(sorted(session.scopes))}"
    logged = application.audit_log.record(Act("session.begin", session.id[:8], who, "", CHANNEL, note))
    await application.store.commit((), (logged,))
    response = RedirectResponse(inside(to), 303, {"cache-control": "no-store"})
    set_session(response, application.sessions.seal(session), application)
    return response


def inside(path: str) -> str:
    """A path of this server, whatever was asked for: nobody is led elsewhere by a link that begins here."""
    is_inside = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if is_inside and not path.startswith("/live/") else "/"


def _link_page(secret: str, person: str, application: Application, status: int = 200, wrong: str = "") -> Response:
    people = sorted(application.in_force.rules.people.values(), key=lambda one: one.name)
    return page("sign_in_link.html", status, secret=secret, person=person, people=people, wrong=wrong)
