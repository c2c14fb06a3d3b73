"""Every page in one place."""

from app.entrypoints.web import (
    action_page,
    confirm_page,
    incident_page,
    incidents_page,
    provider_sign_in,
    raise_page,
    sign_in,
    static_files,
    triage_page,
)

PAGES = (
    static_files.router,
    sign_in.router,
    provider_sign_in.router,
    action_page.router,
    confirm_page.router,
    incidents_page.router,
    incident_page.router,
    raise_page.router,
    triage_page.router,
)
