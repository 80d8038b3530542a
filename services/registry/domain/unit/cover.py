"""组织覆盖: which party organisations cover a unit, in which way, from which day to which."""

from collections.abc import Mapping, Sequence

from services.registry.domain.unit.commands import CoverUnit, EndCover
from services.registry.domain.unit.events import UnitCovered, UnitCoverEnded
from services.registry.domain.unit.state import Cover, UnitState
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent


def cover(command: CoverUnit, state: UnitState) -> Sequence[DomainEvent]:
    """Errors (`Refused`): `already-covered`."""
    known = state.covers.get(command.organisation_id)
    if known is None:
        return [UnitCovered(**command.model_dump())]
    if known == Cover(command.mode, command.on):
        return []
    raise Refused(
        "already-covered",
        f"{command.organisation_id} covers the unit {command.uscc} since {known.since} as {known.mode}",
        remedy="end that cover first, if the way of forming has changed",
    )


def end_cover(command: EndCover, state: UnitState) -> Sequence[DomainEvent]:
    """Errors: `not-covered`, `cover-dates`."""
    known = state.covers.get(command.organisation_id)
    if known is None:
        raise Refused(
            "not-covered",
            f"{command.organisation_id} does not cover the unit {command.uscc}",
            remedy="look at the unit's ledger for the organisations that do",
        )
    if command.on < known.since:
        raise Invalid(
            "cover-dates",
            f"the cover began on {known.since}, it cannot have ended before",
            remedy="give the first day without it",
            where="on",
        )
    return [UnitCoverEnded(since=known.since, **command.model_dump())]


def without(covers: Mapping[str, Cover], organisation_id: str) -> dict[str, Cover]:
    return {one: cover for one, cover in covers.items() if one != organisation_id}
