"""The HTTP application: every router in one place, and the loops that live beside it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.exceptions import HTTPException

from app.entrypoints.http import (
    action_items,
    actions,
    audit,
    consents,
    cover_offers,
    covers,
    heartbeats,
    incidents,
    on_call,
    opt_outs,
    pagerduty,
    pay,
    people,
    postmortems,
    probes,
    prometheus,
    quarantine,
    replicas,
    reports,
    rota_outlook,
    rotas,
    rules,
    runbook_debts,
    shadowings,
    shift_calendars,
    shift_imports,
    sign_in_links,
    silences,
    tokens,
    triage,
    triage_actions,
    twilio,
)
from app.entrypoints.http.documented import DocumentedApi
from app.entrypoints.http.errors import add_error_handlers
from app.entrypoints.http.opsgenie import router as opsgenie
from app.entrypoints.http.opsgenie.face import OpsgenieFace
from app.entrypoints.http.probes import Readiness
from app.entrypoints.http.replies import GuardedJson
from app.entrypoints.http.request_log import RequestLog
from app.entrypoints.http.security_headers import SecurityHeaders
from app.entrypoints.http.webhooks import Webhooks, webhook_router
from app.entrypoints.slack import routes as slack
from app.entrypoints.slack.desk import Desk
from app.entrypoints.slack.socket import listening
from app.entrypoints.web.live import Live
from app.entrypoints.web.not_found import not_found
from app.entrypoints.web.routers import PAGES
from app.entrypoints.worker import Worker
from app.wired_channels import slack_api
from app.wiring import Application

ROUTERS = (
    pagerduty.router,
    heartbeats.router,
    heartbeats.api,
    opsgenie.router,
    prometheus.router,
    twilio.router,
    incidents.router,
    actions.router,
    triage.router,
    triage_actions.router,
    on_call.router,
    rota_outlook.router,
    shift_calendars.router,
    shift_imports.router,
    rotas.router,
    covers.router,
    cover_offers.router,
    consents.router,
    opt_outs.router,
    shadowings.router,
    people.router,
    rules.router,
    replicas.router,
    silences.router,
    pay.router,
    reports.router,
    postmortems.router,
    action_items.router,
    runbook_debts.router,
    quarantine.router,
    tokens.router,
    sign_in_links.router,
    audit.router,
    slack.router,
    *PAGES,
)


def create_app(application: Application, worker: Worker | None = None) -> FastAPI:
    """The ASGI application over an assembled one; `worker`'s loops run for as long as it serves.

    A process of role `worker` answers probes only. At the end it stops claiming, lets what is in hand finish, and
    closes the store.
    """

    desk = Desk(application, slack_api(application.settings, application.http))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if worker:
            worker.start()
        async with listening(application, desk):
            yield
        await desk.rest()
        if worker:
            await worker.stop()
        await application.close()

    app = DocumentedApi(
        title="oncall-router",
        version="0.1.0",
        summary="Stands between monitoring tools and people.",
        lifespan=lifespan,
        docs_url="/docs",
        redoc_url=None,
        default_response_class=GuardedJson,
    )
    app.state.application = application
    app.state.slack = desk
    app.state.live = Live(application.bell, application.clock)
    app.state.readiness = Readiness(application.store)
    add_error_handlers(app)
    app.add_exception_handler(HTTPException, not_found)
    app.include_router(probes.router)
    if application.settings.role != "worker":
        _add_surfaces(app, application)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(RequestLog)
    return app


def _add_surfaces(app: FastAPI, application: Application) -> None:
    """What tools and people talk to."""
    app.include_router(webhook_router())
    for router in ROUTERS:
        app.include_router(router)
    app.add_middleware(OpsgenieFace)
    app.add_middleware(Webhooks, application=application)
