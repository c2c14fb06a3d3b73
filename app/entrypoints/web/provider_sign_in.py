"""Signing in by a provider: there with a state that only this browser holds, and back with a code."""

from hmac import compare_digest

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.adapters.openid import OpenIdProvider
from app.adapters.sessions import Session
from app.config import grants_in
from app.domain.errors import NotFound, Unauthorised
from app.entrypoints.http.assembled import App
from app.entrypoints.web.cookies import PASSING, cookie_named, drop, set_passing
from app.entrypoints.web.page_route import PageRoute
from app.entrypoints.web.sign_in import inside, signed_in
from app.service.identified import identified
from app.wiring import Application

router = APIRouter(prefix="/sign-in", route_class=PageRoute, include_in_schema=False)


@router.get("/provider")
async def leave(application: App, next: str = "/") -> Response:
    begun = await _provider(application).begin(_return(application))
    kept = {"state": begun.state, "nonce": begun.nonce, "verifier": begun.verifier, "next": inside(next)}
    response = RedirectResponse(begun.url, 303, {"cache-control": "no-store"})
    set_passing(response, application.sessions.seal_passing(kept), application)
    return response


@router.get("/return")
async def come_back(request: Request, application: App, code: str = "", state: str = "", error: str = "") -> Response:
    """Raises `Unauthorised` for what this browser did not begin, or what the provider refused."""
    provider = _provider(application)
    kept = application.sessions.read_passing(request.cookies.get(cookie_named(PASSING, application), ""))
    if not compare_digest(kept.get("state", "").encode(), state.encode("utf-8", "replace")):
        raise Unauthorised("signing in was begun in another window: begin again")
    if error or not code:
        raise Unauthorised(f"the provider did not let you in ({error[:60] or 'without a reason'})")
    claims = await provider.finish(code, kept["nonce"], kept["verifier"], _return(application))
    settings = application.settings
    grants = grants_in(settings.oidc_scopes)
    found = identified(claims, application.in_force.rules, settings.oidc_claim, settings.oidc_groups, grants)
    session = Session.begin(found.person, found.name, found.scopes, application.clock.now(), shows_pay=True)
    response = await signed_in(session, kept["next"], "provider", application)
    drop(response, PASSING, application)
    return response


def _provider(application: Application) -> OpenIdProvider:
    if application.provider is None:
        raise NotFound("no provider is set up: sign in by a link")
    return application.provider


def _return(application: Application) -> str:
    """The address that must be registered with the provider."""
    return f"{application.settings.base_url.rstrip('/')}/sign-in/return"
