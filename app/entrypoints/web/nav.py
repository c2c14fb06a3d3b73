"""What the navigation shows, in this order; each line is a page. The first few stand side by side, the others behind
"More"."""

from dataclasses import dataclass

from app.service.tokens import Scope


@dataclass(frozen=True, slots=True)
class Item:
    """`key` is what follows `g` on the keyboard; the line is shown to those who have `scope`."""

    path: str
    label: str
    key: str
    scope: Scope = Scope.READ


SIDE_BY_SIDE = 6

NAV = (
    Item("/", "Incidents", "i"),
    Item("/triage", "Triage", "t"),
    Item("/rota", "Rota", "o"),
    Item("/raise", "Raise", "n", Scope.RESPOND),
    Item("/silences", "Silences", "s"),
    Item("/me", "My page", "m"),
    Item("/postmortems", "Post-mortems", "p"),
    Item("/runbooks", "Runbooks", "b"),
    Item("/reports", "Reports", "r"),
    Item("/rules", "Rules", "u"),
    Item("/pay", "Pay", "y"),
    Item("/health", "Health", "h"),
)
