"""What a browser is shown where there is no page."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.entrypoints.http.errors import http_error
from app.entrypoints.web.pages import page

PROGRAMS = ("/api/", "/webhooks/", "/v1/", "/v2/", "/heartbeats/", "/twilio/", "/slack/", "/static/", "/live/")


async def not_found(request: Request, error: Exception) -> Response:
    """A page for people who look; problem details for programs."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    looks = request.method == "GET" and "text/html" in request.headers.get("accept", "")
    if error.status_code != 404 or not looks or request.url.path.startswith(PROGRAMS):
        return await http_error(request, error)
    said = {"title": "There is nothing here", "advice": "This address is not one of ours.", "detail": ""}
    return page("sorry.html", 404, None, **said, typed={}, signs_in=False)
