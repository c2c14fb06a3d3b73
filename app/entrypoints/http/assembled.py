"""Hands the assembled application to the routes, which are plain functions of their modules."""

from typing import Annotated

from fastapi import Depends, Request

from app.wiring import Application


async def _assembled(request: Request) -> Application:
    return application_of(request)


def application_of(request: Request) -> Application:
    found = request.app.state.application
    assert isinstance(found, Application)  # noqa: S101 - `create_app` puts it there
    return found


App = Annotated[Application, Depends(_assembled)]
