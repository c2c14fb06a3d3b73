"""The routes of Opsgenie's APIs together; fixed paths come before those that begin with an identifier."""

from fastapi import APIRouter

from app.entrypoints.http.opsgenie import acts, looks, ping, reports

router = APIRouter()
for part in (looks, reports, acts, ping):
    router.include_router(part.router)
