"""Every page in one place."""

from app.entrypoints.web import (
    action_page,
    confirm_page,
    incident_page,
    incidents_page,
    me_page,
    provider_sign_in,
    raise_page,
    sign_in,
    silences_page,
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
    silences_page.router,
    me_page.router,
)
