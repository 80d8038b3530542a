"""整建制转移: whole organisations handed to another superior, stream `reorganisation-<id>` (domain §4.2 Z08).

The organisations move at once and together; their members stay in them, so no membership moves. What takes time is that
the new superior confirms each of them (回执), and that is kept here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import Field

from services.registry.domain.vocabulary import Id, Reason
from shared.kernel.decider import Decider
from shared.kernel.errors import Refused
from shared.kernel.event import Command, DomainEvent


class HandOver(Command):
    """Hand organisations to another superior, with the reason that stands in the order."""

    reorganisation_id: Id
    organisation_ids: tuple[Id, ...] = Field(min_length=1)
    to_parent_id: Id
    ordered_by: Id
    reason: Reason
    on: date


class GiveReceipt(Command):
    """The new superior has the organisation and its papers."""

    organisation_id: Id
    given_by: Id
    on: date


class OrganisationsHandedOver(DomainEvent):
    """They hang below the new superior since that day. Private: others learn it of each (PartyOrganisationReparented)."""

    type = "organisations-handed-over"

    reorganisation_id: str
    organisation_ids: tuple[str, ...]
    to_parent_id: str
    ordered_by: str
    reason: str
    on: date


class OrganisationReceived(DomainEvent):
    """The new superior confirmed one of them; `left` are still to be confirmed. Private."""

    type = "organisation-received"

    reorganisation_id: str
    organisation_id: str
    given_by: str
    on: date
    left: int


@dataclass(frozen=True, slots=True)
class ReorganisationState:
    """What was handed over, and which of it has no receipt yet."""

    ordered: OrganisationsHandedOver | None = None
    open: frozenset[str] = frozenset()


ReorganisationCommand = HandOver | GiveReceipt


def decide(command: ReorganisationCommand, state: ReorganisationState) -> Sequence[DomainEvent]:
    """Errors (`Refused`): `reorganisation-known`, `reorganisation-unknown`, `not-handed-over`, `not-the-receiver`."""
    match command:
        case HandOver():
            if state.ordered is None:
                return [OrganisationsHandedOver(**command.model_dump())]
            if state.ordered.model_dump() == command.model_dump():
                return []
            raise Refused("reorganisation-known", "the id was used for another order", remedy="use a new id")
        case GiveReceipt():
            return _receive(command, state)


def _receive(command: GiveReceipt, state: ReorganisationState) -> Sequence[DomainEvent]:
    ordered = state.ordered
    if ordered is None:
        raise Refused("reorganisation-unknown", "there is no such order", remedy="check the id")
    if command.organisation_id not in ordered.organisation_ids:
        raise Refused(
            "not-handed-over",
            f"{command.organisation_id} was not handed over by this order",
            remedy="confirm one that was",
            where="organisation_id",
        )
    if command.given_by != ordered.to_parent_id:
        raise Refused(
            "not-the-receiver",
            f"the receipt is {ordered.to_parent_id}'s to give",
            remedy="let the new superior confirm it",
            where="by",
        )
    if command.organisation_id not in state.open:
        return []
    facts = command.model_dump() | {"reorganisation_id": ordered.reorganisation_id, "left": len(state.open) - 1}
    return [OrganisationReceived(**facts)]


def evolve(state: ReorganisationState, event: DomainEvent) -> ReorganisationState:
    match event:
        case OrganisationsHandedOver():
            return ReorganisationState(event, frozenset(event.organisation_ids))
        case OrganisationReceived():
            return ReorganisationState(state.ordered, state.open - {event.organisation_id})
        case _:
            return state


REORGANISATION: Decider[ReorganisationCommand, ReorganisationState] = Decider(
    stream_type="reorganisation",
    initial=ReorganisationState(),
    decide=decide,
    evolve=evolve,
    events=(OrganisationsHandedOver, OrganisationReceived),
)
