"""The page behind the link of a test page: one button, by which its reader says that this way reaches them.

Looking confirms nothing, for mail scanners open every link. Whoever holds the address may press.
"""

from typing import ClassVar

from fastapi import APIRouter, Response

from app.adapters.confirm_links import ConfirmHolder
from app.domain.errors import Unauthorised
from app.domain.people import Person
from app.entrypoints.http.assembled import App
from app.entrypoints.web.page_route import LinkRoute
from app.entrypoints.web.pages import page
from app.service.audit_log import Act
from app.wiring import Application


class ConfirmRoute(LinkRoute):
    advice: ClassVar = {
        Unauthorised: (
            "This link does not work",
            "It is older than a week, or was not copied whole. Send yourself another: oncall-router test-page <you>.",
        )
    }


router = APIRouter(prefix="/t", route_class=ConfirmRoute, include_in_schema=False)


@router.api_route("/{token}", methods=["GET", "HEAD"])
async def show(token: str, application: App) -> Response:
    holder = application.confirm_links.read(token)
    return _page(token, holder, _person(holder, application), confirmed=False)


@router.post("/{token}")
async def confirm(token: str, application: App) -> Response:
    """Pressed twice it says the same, and the later date is kept."""
    holder = application.confirm_links.read(token)
    person = _person(holder, application)
    act = Act("method.verify", f"{holder.person}/{holder.method}", holder.person, "", "link")
    verified = application.reached.verified(holder.person, holder.method)
    await application.store.commit((), (verified, application.audit_log.record(act)))
    return _page(token, holder, person, confirmed=True)


def _person(holder: ConfirmHolder, application: Application) -> Person:
    """Raises `Unauthorised` for somebody who has left."""
    person = application.in_force.rules.people.get(holder.person)
    if person is None:
        raise Unauthorised("this link belongs to somebody who is not in the rules file any more")
    return person


def _page(token: str, holder: ConfirmHolder, person: Person, confirmed: bool) -> Response:
    channel = holder.method.rpartition("-")[0]
    return page("confirm.html", token=token, name=person.name, channel=channel, confirmed=confirmed)
