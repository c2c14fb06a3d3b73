"""Whose pay somebody may see and change: everybody's with the scope for it, else their own and nobody else's."""

from app.domain.errors import Forbidden


def whose_pay(asked: str, sees_all: bool, own: str) -> str:
    """Whose pay is meant where `asked` is named (empty: everybody's, or else their own). `own` is whose own pay they
    may see, if anybody's. Raises `Forbidden`."""
    if sees_all:
        return asked
    if not own:
        raise Forbidden("pay is shown with the scope 'pay', or to the person whose it is; this is neither")
    if asked not in ("", own):
        raise Forbidden(f"this shows the pay of {own!r} only; for others it needs the scope 'pay'")
    return own
