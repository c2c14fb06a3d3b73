"""The HTTP application: every router in one place, and the loops that live beside it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from app.entrypoints.http.errors import add_error_handlers
from app.entrypoints.http.webhooks import webhook_router
from app.entrypoints.worker import Worker
from app.wiring import Application


def create_app(application: Application, worker: Worker | None = None) -> FastAPI:
    """The ASGI application over an assembled one; `worker`'s loops run for as long as it serves.

    At the end it stops claiming, lets what is in hand finish, and closes the store.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if worker:
            worker.start()
        yield
        if worker:
            await worker.stop()
        await application.close()

    app = FastAPI(title="oncall-router", version="0.1.0", lifespan=lifespan, docs_url="/docs", redoc_url=None)
    add_error_handlers(app)
    app.include_router(webhook_router(application))
    return app
