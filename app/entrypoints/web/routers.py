"""Every page in one place."""

from app.entrypoints.web import action_page, incidents_page, sign_in, static_files

PAGES = (
    static_files.router,
    sign_in.router,
    action_page.router,
    incidents_page.router,
)
