"""Tokens for those who act in a development stack: clerks of committees, departments, the operator."""

from typing import Final

from shared.security.actor import Actor, Assignment, Role
from shared.security.development_issuer import DevelopmentIssuer

_SECONDS: Final = 12 * 3600
OPERATOR: Final = Actor("demo-operator", (Assignment(Role.OPERATOR),))


def clerk(organisation_id: str) -> Actor:
    """Somebody who acts for that committee."""
    return Actor(f"clerk-{organisation_id}", (Assignment(Role.WORKING_COMMITTEE, organisation_id),))


def department(organisation_id: str) -> Actor:
    """The organisation department at the top of a territory."""
    return Actor(f"department-{organisation_id}", (Assignment(Role.COUNTY_DEPARTMENT, organisation_id),))


class Badges:
    """Makes tokens when they are first asked for, and keeps them."""

    def __init__(self, issuer: DevelopmentIssuer) -> None:
        self._issuer = issuer
        self._made: dict[Actor, dict[str, str]] = {}

    def of(self, actor: Actor) -> dict[str, str]:
        """The Authorization header of that actor."""
        if actor not in self._made:
            self._made[actor] = {"authorization": f"Bearer {self._issuer.token(actor, _SECONDS)}"}
        return self._made[actor]
