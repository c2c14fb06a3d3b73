"""The routes of Opsgenie's Alert API v2 together; fixed paths come before those that begin with an identifier."""

from fastapi import APIRouter

from app.entrypoints.http.opsgenie import acts, looks, reports

router = APIRouter()
for part in (looks, reports, acts):
    router.include_router(part.router)
