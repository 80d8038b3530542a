"""五个清: the five things that a census makes clear about a unit, and how many of them are (domain §4.2 Z03)."""

from collections.abc import Mapping
from typing import Final, Literal

from services.registry.domain.unit.facts import UnitFacts

Part = Literal["operation", "staff", "members", "owner", "reason"]

PARTS: Final[Mapping[Part, tuple[str, ...]]] = {
    "operation": ("operation", "trade"),
    "staff": ("staff",),
    "members": ("formal_members", "probationary_members"),
    "owner": ("owner_identity",),
    "reason": ("no_organisation_reason",),
}
"""经营情况、职工情况、党员情况、出资人或负责人情况、未建原因: which facts have to be known for each to be clear."""


def clear_parts(facts: UnitFacts, *, covered: bool) -> tuple[Part, ...]:
    """The parts that are clear. A unit with an organisation owes no reason for having none."""
    return tuple(
        part
        for part, names in PARTS.items()
        if (part == "reason" and covered) or all(getattr(facts, name) is not None for name in names)
    )
