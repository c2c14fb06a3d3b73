"""Every page in one place."""

from app.entrypoints.web import (
    action_page,
    confirm_page,
    health_page,
    incident_page,
    incidents_page,
    provider_sign_in,
    raise_page,
    rules_page,
    sign_in,
    static_files,
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
    rules_page.router,
    health_page.router,
)
