"""What is kept in the browser: the session, which no script can read, and how its owner likes pages."""

from fastapi import Response

from app.wiring import Application

SESSION = "oncall_session"
PASSING = "oncall_sign_in"
THEME = "oncall_theme"
ZONE = "oncall_zone"
"""The last two are set by the page's own script."""


def is_secure(application: Application) -> bool:
    """Whether people reach this server over TLS."""
    return application.settings.public_url.startswith("https://")


def cookie_named(name: str, application: Application) -> str:
    """Over TLS the name is one that only this very host can set."""
    return f"__Host-{name}" if is_secure(application) else name


def set_session(response: Response, sealed: str, application: Application) -> None:
    """`Lax`, so that a link in a message finds its reader signed in; no form of another site is sent along with it."""
    age = int(application.sessions.lasts.total_seconds())
    _set(response, SESSION, sealed, age, application)


def set_passing(response: Response, sealed: str, application: Application) -> None:
    _set(response, PASSING, sealed, 600, application)


def drop(response: Response, name: str, application: Application) -> None:
    response.delete_cookie(
        cookie_named(name, application), path="/", secure=is_secure(application), httponly=True, samesite="lax"
    )


def _set(response: Response, name: str, value: str, age: int, application: Application) -> None:
    response.set_cookie(
        cookie_named(name, application),
        value,
        max_age=age,
        path="/",
        secure=is_secure(application),
        httponly=True,
        samesite="lax",
    )
