"""整建制转移: whole organisations handed to another superior, stream `reorganisation-<id>` (domain §4.2 Z08).

The organisations move at once and together, today, since a past day, or on a day to come; their members stay in them, so no
membership moves. What takes time is that the new superior confirms each of them (回执), and that is kept here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from services.registry.domain.reorganisation.commands import (
    FailHandover,
    GiveReceipt,
    HandOver,
    ReorganisationCommand,
    RevokeHandover,
)
from services.registry.domain.reorganisation.events import (
    HandoverFailed,
    HandoverRevoked,
    HandoverScheduled,
    Order,
    OrganisationReceived,
    OrganisationsHandedOver,
)
from shared.kernel.calendar import add_months
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent

MONTHS_AHEAD: Final = 12
"""An order for a later day is a slip of the pen, and would be forgotten if it were none."""


@dataclass(frozen=True, slots=True)
class ReorganisationState:
    """What was ordered, what became of it, and of which organisations there is no receipt yet."""

    status: Literal["unknown", "scheduled", "carried_out", "failed", "revoked"] = "unknown"
    ordered: Order | None = None
    open: frozenset[str] = frozenset()


def decide(command: ReorganisationCommand, state: ReorganisationState) -> Sequence[DomainEvent]:
    """Errors: `handover-too-far`, `reorganisation-known`, `reorganisation-unknown`, `handover-not-open`,
    `not-handed-over`, `not-the-receiver`.
    """
    if isinstance(command, HandOver):
        return _hand_over(command, state)
    if state.ordered is None:
        raise Refused("reorganisation-unknown", "there is no such order", remedy="check the id")
    match command:
        case FailHandover():
            of = state.ordered.reorganisation_id
            return [HandoverFailed(reorganisation_id=of, **dict(command))] if state.status == "scheduled" else []
        case RevokeHandover():
            return _revoke(command, state, state.ordered)
        case GiveReceipt():
            return _receive(command, state, state.ordered)


def _hand_over(command: HandOver, state: ReorganisationState) -> Sequence[DomainEvent]:
    facts = command.model_dump(exclude={"today"})
    if state.ordered is not None and state.ordered.model_dump() != facts:
        raise Refused("reorganisation-known", "the id was used for another order", remedy="use a new id")
    if state.status in ("failed", "revoked"):
        raise _not_open(state, "order it anew, under a new id")
    if command.on <= command.today:
        return [OrganisationsHandedOver(**facts)] if state.status != "carried_out" else []
    if command.on > (latest := add_months(command.today, MONTHS_AHEAD)):
        raise Invalid(
            "handover-too-far",
            "an order is kept for a year at most",
            remedy=f"give a day up to {latest}, or order it later",
            where="effective_on",
        )
    return [HandoverScheduled(**facts)] if state.status == "unknown" else []


def _revoke(command: RevokeHandover, state: ReorganisationState, ordered: Order) -> Sequence[DomainEvent]:
    if state.status == "revoked":
        return []
    if state.status != "scheduled":
        raise _not_open(state, "hand the organisations back by another order, if that is what is meant")
    return [HandoverRevoked(reorganisation_id=ordered.reorganisation_id, **dict(command))]


def _not_open(state: ReorganisationState, remedy: str) -> Refused:
    was = {"carried_out": "was carried out", "failed": "could not be carried out", "revoked": "was revoked"}
    return Refused("handover-not-open", f"the order {was[state.status]}", remedy=remedy)


def _receive(command: GiveReceipt, state: ReorganisationState, ordered: Order) -> Sequence[DomainEvent]:
    if state.status != "carried_out" or command.organisation_id not in ordered.organisation_ids:
        raise Refused(
            "not-handed-over",
            f"{command.organisation_id} was not handed over by this order, or not yet",
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
        case HandoverScheduled():
            return ReorganisationState("scheduled", event)
        case OrganisationsHandedOver():
            return ReorganisationState("carried_out", event, frozenset(event.organisation_ids))
        case HandoverFailed():
            return replace(state, status="failed")
        case HandoverRevoked():
            return replace(state, status="revoked")
        case OrganisationReceived():
            return replace(state, open=state.open - {event.organisation_id})
        case _:
            return state


REORGANISATION: Decider[ReorganisationCommand, ReorganisationState] = Decider(
    stream_type="reorganisation",
    initial=ReorganisationState(),
    decide=decide,
    evolve=evolve,
    events=(HandoverScheduled, OrganisationsHandedOver, HandoverFailed, HandoverRevoked, OrganisationReceived),
)
