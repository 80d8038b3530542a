"""What the holder of a card may do where (domain §1.2, M7): take part everywhere, elect only where they belong."""

from dataclasses import dataclass
from typing import Final

OF_TRAVELLERS: Final = frozenset({"mobile_branch", "temporary"})
"""Organisations that travellers formed themselves: there they have every right (domain §1.2)."""


@dataclass(frozen=True, slots=True)
class Rights:
    """Rights of a member in one organisation."""

    takes_part: bool
    votes: bool
    elects: bool
    can_be_elected: bool


def rights(organisation_id: str, organisation_kind: str, home_branch_id: str) -> Rights:
    """At home and among travellers all of them; in an inflow branch neither a vote nor an election."""
    full = organisation_id == home_branch_id or organisation_kind in OF_TRAVELLERS
    return Rights(takes_part=True, votes=full, elects=full, can_be_elected=full)
