"""Asking whether a page is there."""

from app.adapters.outbound_http import OutboundHttp, Unreachable
from app.service.check_links import Answer


async def status_of(link: str, http: OutboundHttp) -> Answer:
    """What a GET answers, redirects not followed."""
    try:
        reply = await http.get(link)
    except Unreachable as silent:
        return Answer(silence=silent.reason)
    return Answer(reply.status)
