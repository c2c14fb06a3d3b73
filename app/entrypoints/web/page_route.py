"""The route class of pages: what goes wrong is said as a page, and says what to do."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, ClassVar
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute

from app.domain.errors import AppError, Forbidden, NotFound, OutsideUnavailable, StoreUnavailable, Unauthorised
from app.entrypoints.http.errors import problem_of
from app.entrypoints.web.pages import page
from app.entrypoints.web.viewer import SignInNeeded, StaleForm

_OTHER = ("That did not work", "Nothing has changed. Go back and try again, or use the command line.")
_ADVICE: dict[type[AppError], tuple[str, str]] = {
    SignInNeeded: ("You are signed out", "Nothing has changed. Sign in, and send it again."),
    StaleForm: ("Not sent", "Nothing has changed, for this form was opened in another session. Open the page again."),
    Unauthorised: ("That link does not work", "It was used before, is too old, or was not copied whole."),
    Forbidden: (
        "You may not do this",
        "Nothing has changed. Whoever runs this server can give you the right to, or do it for you.",
    ),
    NotFound: ("There is nothing here", "What this address named is gone, or never was. Go to the open incidents."),
    OutsideUnavailable: (
        "The sign-in provider does not answer",
        "Try again in a minute. Until then a link made by `oncall-router sign-in` works, and so do those in messages.",
    ),
    StoreUnavailable: (
        "Not recorded",
        "The server cannot store anything at the moment, so nothing has changed. Try again in a few seconds: another "
        "replica may answer. If it goes on, call your colleagues.",
    ),
}
_NOT_SHOWN = (
    "It cannot be shown now",
    "The server cannot read its store at the moment. Alerts may still be taken and people told: try again in a few "
    "seconds. If it goes on, use the links in messages, or call your colleagues.",
)


class PageRoute(APIRoute):
    """`advice` of a kind of page goes before the general one."""

    advice: ClassVar[Mapping[type[AppError], tuple[str, str]]] = {}

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def with_pages(request: Request) -> Response:
            try:
                return await handle(request)
            except SignInNeeded as needed:
                if request.method in ("GET", "HEAD") and not is_live(request):
                    return to_sign_in(request.url.path, request.url.query)
                return self._sorry(needed, needed.typed)
            except StaleForm as stale:
                return self._sorry(stale, stale.typed)
            except StoreUnavailable as away:
                return self._sorry(away, {}, None if request.method == "POST" else _NOT_SHOWN)
            except AppError as error:
                return self._sorry(error, {})

        return with_pages

    def _sorry(self, error: AppError, typed: Mapping[str, str], instead: tuple[str, str] | None = None) -> Response:
        """The status and headers that any surface would give to this error, and what was typed, so that it is not
        lost."""
        plain = problem_of(error)
        known = {**_ADVICE, **self.advice}
        title, advice = instead or next((known[kind] for kind in type(error).__mro__ if kind in known), _OTHER)
        kept = {name: value for name, value in plain.headers.items() if name in ("retry-after", "www-authenticate")}
        signs_in = isinstance(error, SignInNeeded)
        said = {"title": title, "advice": advice, "detail": str(error), "typed": typed, "signs_in": signs_in}
        return page("sorry.html", plain.status_code, kept, **said)


class LinkRoute(PageRoute):
    """Of pages behind a signed link, whose readers have no other way in at hand."""

    advice: ClassVar = {
        Unauthorised: (
            "This link does not work",
            "It has expired, or was not copied whole. Open the newest message about this incident, or use the command "
            "line: oncall-router ack <incident> --by <you>.",
        )
    }


def is_live(request: Request) -> bool:
    """Whether a page's own script asks, which can do nothing with a page to sign in."""
    return request.url.path.startswith("/live/")


def to_sign_in(path: str, query: str = "") -> Response:
    """Where one signs in, and comes back from to this page."""
    back = path + (f"?{query}" if query else "")
    return RedirectResponse(f"/sign-in?next={quote(back, safe='')}", 303, {"cache-control": "no-store"})
