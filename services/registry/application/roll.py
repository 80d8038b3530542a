"""The member roll: personal data is sealed before a command is made, so nothing behind this line ever holds it."""

from dataclasses import dataclass
from datetime import date

from services.registry.application.tree import active
from services.registry.domain.identity_claim.decider import IDENTITY, ClaimIdentity, ReleaseIdentity
from services.registry.domain.member.commands import AdmitMember, ChangeContact, ErasePerson
from services.registry.domain.member.decider import MEMBER
from services.registry.domain.member.state import MemberState
from services.registry.domain.vocabulary import MemberStatus
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Refused
from shared.kernel.event import DomainEvent
from shared.kernel.sealed import PersonalKind, Sealed
from shared.privacy.blind_index import BlindIndex
from shared.privacy.sealer import Sealer, ToSeal


@dataclass(frozen=True, slots=True)
class Entrant:
    """A person to be entered, in the clear. Lives only in the memory of the request that brought it."""

    member_id: str
    organisation_id: str
    status: MemberStatus
    admitted_on: date
    probation_ends_on: date | None
    name: str
    resident_id: str
    phone: str | None
    email: str | None

    def __repr__(self) -> str:
        return f"Entrant({self.member_id})"


async def seal(sealer: Sealer, index: BlindIndex, entrants: list[Entrant]) -> list[AdmitMember]:
    """The commands that enter these people, sealed with one look at the keyring."""
    fields = [(e, field, value) for e in entrants for field, value in _personal(e) if value is not None]
    sealed = await sealer.seal_many([ToSeal(e.member_id, field, value) for e, field, value in fields])
    by_person: dict[str, dict[str, Sealed]] = {e.member_id: {} for e in entrants}
    for (entrant, field, _), value in zip(fields, sealed, strict=True):
        by_person[entrant.member_id][field] = value
    return [
        AdmitMember(
            member_id=e.member_id,
            organisation_id=e.organisation_id,
            status=e.status,
            admitted_on=e.admitted_on,
            probation_ends_on=e.probation_ends_on,
            resident_id_index=index.entry(PersonalKind.RESIDENT_ID, e.resident_id),
            **by_person[e.member_id],
        )
        for e in entrants
    ]


def _personal(entrant: Entrant) -> tuple[tuple[str, str | None], ...]:
    return (
        ("name", entrant.name),
        ("resident_id", entrant.resident_id),
        ("phone", entrant.phone),
        ("email", entrant.email),
    )


async def admit(unit: UnitOfWork, command: AdmitMember) -> list[DomainEvent]:
    """Enter a member; one 身份证 number cannot be entered twice, whoever is faster."""
    unit.presume_new(IDENTITY, command.resident_id_index)
    unit.presume_new(MEMBER, command.member_id)
    await active(unit, command.organisation_id)
    await unit.handle(IDENTITY, command.resident_id_index, ClaimIdentity(member_id=command.member_id))
    return await unit.handle(MEMBER, command.member_id, command)


async def change_contact(
    unit: UnitOfWork, sealer: Sealer, member_id: str, phone: str | None, email: str | None, expected: int | None
) -> list[DomainEvent]:
    """Say how a member can be reached. Compared in the clear first: sealing the same number again looks like a change."""
    state: MemberState = await unit.state(MEMBER, member_id)
    if not state.is_admitted:
        raise Refused("member-unknown", f"there is no member {member_id}", remedy="enter the member in the roll first")
    new_phone = await _kept_or_sealed(sealer, member_id, "phone", phone, state.phone)
    new_email = await _kept_or_sealed(sealer, member_id, "email", email, state.email)
    command = ChangeContact(member_id=member_id, phone=new_phone, email=new_email)
    return await unit.handle(MEMBER, member_id, command, expected=expected)


async def _kept_or_sealed(
    sealer: Sealer, member_id: str, field: str, value: str | None, present: Sealed | None
) -> Sealed | None:
    if value is None:
        return None
    if present is not None and await sealer.open(member_id, field, present) == value:
        return present
    return await sealer.seal(member_id, field, value)


async def erase(unit: UnitOfWork, member_id: str) -> list[DomainEvent]:
    """Record that a person's key is destroyed, and let go of the identity that led to them."""
    state: MemberState = await unit.state(MEMBER, member_id)
    events = await unit.handle(MEMBER, member_id, ErasePerson(person_id=member_id, erased_at=unit.clock.now()))
    if events and state.resident_id_index:
        await unit.handle(IDENTITY, state.resident_id_index, ReleaseIdentity(member_id=member_id))
    return events
