"""What the navigation shows, in this order; each line is a page."""

from dataclasses import dataclass

from app.service.tokens import Scope


@dataclass(frozen=True, slots=True)
class Item:
    """`key` is what follows `g` on the keyboard; the line is shown to those who have `scope`."""

    path: str
    label: str
    key: str
    scope: Scope = Scope.READ


NAV = (
    Item("/", "Incidents", "i"),
    Item("/raise", "Raise", "n", Scope.RESPOND),
    Item("/silences", "Silences", "s"),
    Item("/me", "My page", "m"),
)
