"""Which person of the rules file a provider speaks of, and what they may do here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.errors import Forbidden
from app.domain.ruleset import Rules
from app.service.tokens import Scope

EMAIL = "email"
ANYBODY = "*"
USUAL = frozenset({Scope.READ, Scope.RESPOND})
"""What people of the rules file may do where no groups were set up."""

LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Identified:
    """`person` is empty for somebody who is not in the rules file; `name` is what the provider calls them."""

    person: str
    name: str
    scopes: frozenset[Scope]


def identified(
    claims: Mapping[str, Any], rules: Rules, claim: str, groups: str, grants: Mapping[str, frozenset[Scope]]
) -> Identified:
    """`claim` names the claim that says who it is, `groups` the one that lists their groups; `grants` are the scopes of
    each group. Raises `Forbidden` for somebody who has none."""
    person, name = _person(claims, rules, claim), _name(claims)
    scopes = _scopes(claims, groups, grants) if grants else (USUAL if person else frozenset())
    if not scopes:
        raise Forbidden(
            f"{name} may do nothing here: be in the rules file with this e-mail, or in a group of ONCALL_OIDC_SCOPES"
        )
    return Identified(person, name, scopes)


def _person(claims: Mapping[str, Any], rules: Rules, claim: str) -> str:
    said = claims.get(claim)
    if not isinstance(said, str) or not said:
        return ""
    if claim != EMAIL:
        return said if said in rules.people else ""
    if claims.get("email_verified") is False:  # Then anybody could have written it there.
        return ""
    found = [
        person.id
        for person in rules.people.values()
        for method in person.methods
        if method.channel == EMAIL and method.address.casefold() == said.casefold()
    ]
    return found[0] if len(set(found)) == 1 else ""


def _scopes(claims: Mapping[str, Any], groups: str, grants: Mapping[str, frozenset[Scope]]) -> frozenset[Scope]:
    said = claims.get(groups)
    member = {ANYBODY, *(one for one in said if isinstance(one, str))} if isinstance(said, list) else {ANYBODY}
    if isinstance(said, str):
        member |= {said}
    return frozenset(scope for group, scopes in grants.items() if group in member for scope in scopes)


def _name(claims: Mapping[str, Any]) -> str:
    said = (claims.get(one) for one in ("name", "preferred_username", "email", "sub"))
    name = next((one for one in said if isinstance(one, str) and one.strip()), "somebody")
    return "".join(c if c.isprintable() else " " for c in name)[:LONGEST_NAME]
