"""The route class of pages: what goes wrong is said as a page, and says what to do."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from app.domain.errors import AppError, StoreUnavailable, Unauthorised
from app.entrypoints.http.errors import problem_of
from app.entrypoints.web.pages import page

_ADVICE: dict[type[AppError], tuple[str, str]] = {
    Unauthorised: (
        "This link does not work",
        "It has expired, or was not copied whole. Open the newest message about this incident, or use the command "
        "line: oncall-router ack <incident> --by <you>.",
    ),
    StoreUnavailable: (
        "Not recorded",
        "The server cannot store anything at the moment, so nothing has changed. Try again in a few seconds: another "
        "replica may answer. If it goes on, call your colleagues.",
    ),
}
_OTHER = ("That did not work", "Nothing has changed. Go back and try again, or use the command line.")


class PageRoute(APIRoute):
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def with_pages(request: Request) -> Response:
            try:
                return await handle(request)
            except AppError as error:
                return _sorry(error)

        return with_pages


def _sorry(error: AppError) -> Response:
    """The status and headers that any surface would give to this error."""
    plain = problem_of(error)
    title, advice = next((_ADVICE[kind] for kind in type(error).__mro__ if kind in _ADVICE), _OTHER)
    kept = {name: value for name, value in plain.headers.items() if name in ("retry-after", "www-authenticate")}
    return page("sorry.html", plain.status_code, kept, title=title, advice=advice)
