"""The member roll: personal data is sealed before a command is made, so nothing behind this line ever holds it.

The blind index of the numbers goes into the transaction beside the events, never into them.
"""

from dataclasses import dataclass
from datetime import date

from services.registry.application.tree import active
from services.registry.domain.member.commands import AdmitMember, ChangeContact
from services.registry.domain.member.decider import MEMBER
from services.registry.domain.member.identity import is_same_person
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


@dataclass(frozen=True, slots=True)
class SealedEntrant:
    """The command that enters a person, and the blind index entries that shall lead to them.

    `candidates` are all under which the 身份证 number may be known; the first is the one to keep.
    """

    command: AdmitMember
    candidates: tuple[str, ...]
    phone_entry: str | None


async def seal(sealer: Sealer, index: BlindIndex, entrants: list[Entrant]) -> list[SealedEntrant]:
    """The commands that enter these people, sealed with one look at the keyring."""
    fields = [(e, field, value) for e in entrants for field, value in _personal(e) if value is not None]
    sealed = await sealer.seal_many([ToSeal(e.member_id, field, value) for e, field, value in fields])
    by_person: dict[str, dict[str, Sealed]] = {e.member_id: {} for e in entrants}
    for (entrant, field, _), value in zip(fields, sealed, strict=True):
        by_person[entrant.member_id][field] = value
    return [
        SealedEntrant(
            AdmitMember(
                member_id=e.member_id,
                organisation_id=e.organisation_id,
                status=e.status,
                admitted_on=e.admitted_on,
                probation_ends_on=e.probation_ends_on,
                **by_person[e.member_id],
            ),
            tuple(index.candidates(PersonalKind.RESIDENT_ID, e.resident_id)),
            None if e.phone is None else index.entry(PersonalKind.PHONE, e.phone),
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


async def admit(unit: UnitOfWork, entrant: SealedEntrant) -> list[DomainEvent]:
    """Enter a member; one 身份证 number cannot be entered twice, whoever is faster."""
    member_id = entrant.command.member_id
    unit.presume_new(MEMBER, member_id)
    await active(unit, entrant.command.organisation_id)
    # With a second index key the commit sees one of the two entries only, and the others have to be asked for.
    alone = len(entrant.candidates) == 1
    owners = await unit.owners(PersonalKind.RESIDENT_ID, entrant.candidates, presume_none=alone)
    facts = {"same_person": is_same_person(owners, member_id), "at": unit.clock.now()}
    events = await unit.handle(MEMBER, member_id, entrant.command.model_copy(update=facts))
    if events:
        unit.index(PersonalKind.RESIDENT_ID, entrant.candidates[0], member_id, one_owner=True)
        if entrant.phone_entry is not None:
            unit.index(PersonalKind.PHONE, entrant.phone_entry, member_id)
    return events


async def change_contact(
    unit: UnitOfWork,
    sealer: Sealer,
    index: BlindIndex,
    member_id: str,
    phone: str | None,
    email: str | None,
    expected: int | None,
) -> list[DomainEvent]:
    """Say how a member can be reached. Compared in the clear first: sealing the same number again looks like a change."""
    state: MemberState = await unit.state(MEMBER, member_id)
    if not state.is_admitted:
        raise Refused("member-unknown", f"there is no member {member_id}", remedy="enter the member in the roll first")
    new_phone = await _kept_or_sealed(sealer, member_id, "phone", phone, state.phone)
    new_email = await _kept_or_sealed(sealer, member_id, "email", email, state.email)
    command = ChangeContact(member_id=member_id, phone=new_phone, email=new_email)
    events = await unit.handle(MEMBER, member_id, command, expected=expected)
    if events and new_phone != state.phone:
        unit.unindex(member_id, PersonalKind.PHONE)
        if phone is not None:
            unit.index(PersonalKind.PHONE, index.entry(PersonalKind.PHONE, phone), member_id)
    return events


async def _kept_or_sealed(
    sealer: Sealer, member_id: str, field: str, value: str | None, present: Sealed | None
) -> Sealed | None:
    if value is None:
        return None
    if present is not None and await sealer.open(member_id, field, present) == value:
        return present
    return await sealer.seal(member_id, field, value)
