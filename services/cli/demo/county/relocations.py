"""A plan of relocations between and within two territories, with the script of how each ends."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.cli.demo.county.endings import Ending, attempts, endings
from services.cli.demo.county.membership import FORMAL_CORE
from services.cli.demo.county.model import Member, MemberStatus, Territory
from services.cli.demo.county.relocation_model import Relocation, RelocationReason
from shared.kernel.calendar import add_months

_PROBATION_LEFT = 6
"""Months of probation that a probationary member who moves has left: demonstrations let months pass."""

_ROUTES = ((0, 1), (1, 0), (0, 0), (1, 1))
_ROUTE_WEIGHTS = (25, 25, 10, 40)
"""From which territory to which, and how often (chosen)."""

_DUES_MONTHS = (0, 1, 2, 3)
_DUES_WEIGHTS = (50, 30, 12, 8)
"""How many months ago dues were last paid (chosen; six would be a case of its own, domain §1.4)."""


@dataclass(frozen=True, slots=True)
class _Side:
    """One territory as an origin and as a destination."""

    committee_of: dict[str, str]
    """The committee above each branch."""
    branches_of: dict[str, list[str]]
    """The branches under each committee."""
    movable: list[Member]
    """Those who may move and have not yet, in random order."""

    @classmethod
    def of(cls, territory: Territory, rng: random.Random, as_of: date) -> "_Side":
        committee_of: dict[str, str] = {}
        branches_of: dict[str, list[str]] = {}
        for organisation in territory.organisations:
            if organisation.parent_key is not None and not organisation.can_approve_probationary:
                committee_of[organisation.key] = organisation.parent_key
                branches_of.setdefault(organisation.parent_key, []).append(organisation.key)
        movable = movable_members(territory, as_of)
        rng.shuffle(movable)
        return cls(committee_of, branches_of, movable)


def movable_members(territory: Territory, as_of: date) -> list[Member]:
    """Whom a plan may pick, in the territory's order.

    Left out are holders of posts, the formal members a branch cannot do without, and the probationary whose year is
    over (their origin must confirm them first, domain §1.1 T21) or soon will be.
    """
    posted = {post.person_key for post in territory.posts}
    soon = add_months(as_of, _PROBATION_LEFT)
    seen: dict[str, int] = {}
    movable: list[Member] = []
    for member in territory.members:
        seen[member.organisation_key] = seen.get(member.organisation_key, 0) + 1
        settled = member.status is MemberStatus.FORMAL or add_months(member.admitted_on, 12) > soon
        if settled and seen[member.organisation_key] > FORMAL_CORE and member.key not in posted:
            movable.append(member)
    return movable


def plan_relocations(
    seed: int, territories: tuple[Territory, Territory], count: int, as_of: date
) -> tuple[Relocation, ...]:
    """`count` relocations of as many members, in the order in which to play them; always to another committee.

    ValueError for a negative count, and if fewer members may move.
    """
    rng = random.Random(f"{seed}:relocations")  # noqa: S311 - the plan must be repeatable, not secret
    sides = [_Side.of(territory, rng, as_of) for territory in territories]
    if not 0 <= count <= sum(len(side.movable) for side in sides):
        raise ValueError(f"{count} relocations are not possible here: ask for fewer, or for a larger city")
    scripts = endings(count)
    rng.shuffle(scripts)
    return tuple(
        _relocation(rng, sides, f"relocation-{number:04d}", ending, as_of)
        for number, ending in enumerate(scripts, start=1)
    )


def _relocation(rng: random.Random, sides: Sequence[_Side], key: str, ending: Ending, as_of: date) -> Relocation:
    weights = [
        weight if sides[start].movable else 0 for (start, _), weight in zip(_ROUTES, _ROUTE_WEIGHTS, strict=True)
    ]
    start, end = rng.choices(_ROUTES, weights)[0]
    origin, destination = sides[start], sides[end]
    member = origin.movable.pop()
    origin_committee = origin.committee_of[member.organisation_key]
    others = [committee for committee in destination.branches_of if committee != origin_committee]
    right = rng.choice(others)
    others.remove(right)
    reason = rng.choice(tuple(RelocationReason))
    dues_paid_to = add_months(as_of, -rng.choices(_DUES_MONTHS, _DUES_WEIGHTS)[0])
    return Relocation(
        key=key,
        member_key=member.key,
        origin_branch_key=member.organisation_key,
        origin_committee_key=origin_committee,
        destination_committee_key=right,
        destination_branch_key=rng.choice(destination.branches_of[right]),
        reason=reason,
        dues_paid_to=f"{dues_paid_to:%Y-%m}",
        attempts=attempts(rng, ending, right, others),
    )
