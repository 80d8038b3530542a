"""The guard against registering one person twice: one stream `identity-<blind index>` per 身份证 number.

Two members are two streams; both claim the identity in the transaction that admits them. The number is an attribute and
not a key (domain §3.1): a corrected number claims anew and releases the wrong one, and so does an erasure, after which
nothing may point from the index to the person.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.registry.domain.vocabulary import Id
from shared.kernel.decider import Decider
from shared.kernel.errors import Refused
from shared.kernel.event import Command, DomainEvent


class ClaimIdentity(Command):
    """Take the identity for a member."""

    member_id: Id


class ReleaseIdentity(Command):
    """Give it back: the number was wrong, or the person was erased."""

    member_id: Id


class IdentityClaimed(DomainEvent):
    """The identity belongs to that member. Private."""

    type = "identity-claimed"

    member_id: str


class IdentityReleased(DomainEvent):
    """The identity belongs to nobody. Private."""

    type = "identity-released"

    member_id: str


IdentityCommand = ClaimIdentity | ReleaseIdentity


@dataclass(frozen=True, slots=True)
class IdentityState:
    """The member who has the identity, if any."""

    member_id: str | None = None


def decide(command: IdentityCommand, state: IdentityState) -> Sequence[DomainEvent]:
    """Errors (`Refused`): `member-already-registered`."""
    match command:
        case ClaimIdentity() if state.member_id is None:
            return [IdentityClaimed(member_id=command.member_id)]
        case ClaimIdentity() if state.member_id != command.member_id:
            raise Refused(
                "member-already-registered",
                f"a member with this resident identity number is registered already, as {state.member_id}",
                remedy="use the registered member; if they have left, request a transfer",
                where="resident_id",
            )
        case ReleaseIdentity() if state.member_id == command.member_id:
            return [IdentityReleased(member_id=command.member_id)]
        case _:
            return []


def evolve(state: IdentityState, event: DomainEvent) -> IdentityState:
    match event:
        case IdentityClaimed():
            return IdentityState(event.member_id)
        case IdentityReleased():
            return IdentityState()
        case _:
            return state


IDENTITY: Decider[IdentityCommand, IdentityState] = Decider(
    stream_type="identity",
    initial=IdentityState(),
    decide=decide,
    evolve=evolve,
    events=(IdentityClaimed, IdentityReleased),
)
