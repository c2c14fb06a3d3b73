"""Every page in one place."""

from app.entrypoints.web import (
    action_page,
    confirm_page,
    cover_page,
    health_page,
    incident_page,
    incidents_page,
    pay_page,
    postmortem_page,
    postmortems_page,
    provider_sign_in,
    raise_page,
    reports_page,
    rota_page,
    runbooks_page,
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
    postmortems_page.router,
    postmortem_page.router,
    runbooks_page.router,
    rota_page.router,
    cover_page.router,
    reports_page.router,
    pay_page.router,
    health_page.router,
)
