"""A member (党员): one membership, always; it moves once for each accepted transfer (domain §1.1 T3, §5.4)."""

from datetime import UTC, date, datetime

import pytest

from services.registry.domain.member.commands import (
    AdmitMember,
    ChangeContact,
    CloseMembership,
    ErasePerson,
    MoveMembership,
)
from services.registry.domain.member.decider import MEMBER
from services.registry.domain.member.events import (
    MemberAdmitted,
    MemberContactChanged,
    MembershipClosed,
    MembershipMoved,
    PersonErased,
)
from services.registry.domain.member.identity import is_same_person
from services.registry.domain.vocabulary import MemberStatus
from shared.kernel.errors import Invalid, Refused
from shared.kernel.sealed import Sealed

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def seal(text: str) -> Sealed:
    return Sealed(f"sealed:1:key-1:{text:A<40}")


ADMITTED = MemberAdmitted(
    member_id="m1",
    organisation_id="a",
    status="formal",
    admitted_on=date(2020, 7, 1),
    name=seal("name"),
    phone=seal("phone"),
    resident_id=seal("id"),
)


def admit(
    status: MemberStatus = "formal",
    probation_ends_on: date | None = None,
    same_person: bool = False,
    name: str = "name",
) -> AdmitMember:
    return AdmitMember(
        member_id="m1",
        organisation_id="a",
        status=status,
        admitted_on=date(2020, 7, 1),
        probation_ends_on=probation_ends_on,
        name=seal(name),
        phone=seal("phone"),
        resident_id=seal("id"),
        same_person=same_person,
    )


def move(origin: str, destination: str, transfer: str = "t1") -> MoveMembership:
    return MoveMembership(
        member_id="m1",
        from_organisation_id=origin,
        to_organisation_id=destination,
        transfer_id=transfer,
        moved_at=NOW,
    )


def moved(origin: str, destination: str, transfer: str = "t1") -> MembershipMoved:
    return MembershipMoved.model_validate(move(origin, destination, transfer).model_dump())


def test_a_member_is_admitted_with_a_membership() -> None:
    events = MEMBER.decide(admit(), MEMBER.initial)
    assert events == [ADMITTED]
    assert MEMBER.fold(events).organisation_id == "a"


def test_admitting_the_same_person_again_changes_nothing_although_seals_differ() -> None:
    assert MEMBER.decide(admit(name="sealed-again", same_person=True), MEMBER.fold([ADMITTED])) == []


def test_a_member_id_is_never_given_to_another_person() -> None:
    with pytest.raises(Refused, match=r"^member-already-admitted:"):
        MEMBER.decide(admit(), MEMBER.fold([ADMITTED]))


@pytest.mark.parametrize(
    ("status", "ends_on"),
    [("probationary", None), ("formal", date(2021, 7, 1)), ("probationary", date(2020, 6, 30))],
)
def test_probation_ends_for_probationary_members_only_and_after_admission(
    status: MemberStatus, ends_on: date | None
) -> None:
    with pytest.raises(Invalid, match=r"^probation-dates:"):
        MEMBER.decide(admit(status, ends_on), MEMBER.initial)


def test_a_probationary_member_is_admitted() -> None:
    [event] = MEMBER.decide(admit("probationary", date(2021, 7, 1)), MEMBER.initial)
    assert MEMBER.fold([event]).probation_ends_on == date(2021, 7, 1)


def test_an_accepted_transfer_closes_one_membership_and_opens_another_in_one_fact() -> None:
    events = MEMBER.decide(move("a", "b"), MEMBER.fold([ADMITTED]))
    assert events == [moved("a", "b")]
    state = MEMBER.fold([ADMITTED, *events])
    assert state.organisation_id == "b"
    assert [(each.transfer_id, each.from_organisation_id) for each in state.moves] == [("t1", "a")]


def test_a_repeated_transfer_moves_nobody_twice() -> None:
    state = MEMBER.fold([ADMITTED, moved("a", "b")])
    assert MEMBER.decide(move("a", "b"), state) == []
    later = MEMBER.fold([moved("b", "a", "t2")], state)
    assert MEMBER.decide(move("a", "b"), later) == []
    assert later.organisation_id == "a"


def test_a_transfer_that_claims_two_destinations_is_refused() -> None:
    with pytest.raises(Refused, match=r"^transfer-already-applied:"):
        MEMBER.decide(move("b", "c"), MEMBER.fold([ADMITTED, moved("a", "b")]))


def test_nobody_moves_from_where_they_are_not() -> None:
    with pytest.raises(Refused, match=r"^not-a-member-there:"):
        MEMBER.decide(move("c", "b"), MEMBER.fold([ADMITTED]))


def test_a_transfer_leads_somewhere_else() -> None:
    with pytest.raises(Invalid, match=r"^same-organisation:"):
        MEMBER.decide(move("a", "a"), MEMBER.fold([ADMITTED]))


@pytest.mark.parametrize(
    "command",
    [move("a", "b"), ChangeContact(member_id="m1", phone=None, email=None), ErasePerson(person_id="m1", erased_at=NOW)],
)
def test_an_unknown_member_refuses_everything(command: MoveMembership | ChangeContact | ErasePerson) -> None:
    with pytest.raises(Refused, match=r"^member-unknown:"):
        MEMBER.decide(command, MEMBER.initial)


def test_a_change_of_contact_gives_both_addresses_as_they_are_now() -> None:
    command = ChangeContact(member_id="m1", phone=None, email=seal("email"))
    events = MEMBER.decide(command, MEMBER.fold([ADMITTED]))
    assert events == [MemberContactChanged(member_id="m1", phone=None, email=seal("email"))]
    assert MEMBER.decide(command, MEMBER.fold([ADMITTED, *events])) == []


def test_an_erased_person_has_no_contact_any_more_but_a_membership_that_can_move() -> None:
    events = MEMBER.decide(ErasePerson(person_id="m1", erased_at=NOW), MEMBER.fold([ADMITTED]))
    assert events == [PersonErased(person_id="m1", erased_at=NOW)]
    erased = MEMBER.fold([ADMITTED, *events])
    assert MEMBER.decide(ErasePerson(person_id="m1", erased_at=NOW), erased) == []
    with pytest.raises(Refused, match=r"^person-erased:"):
        MEMBER.decide(ChangeContact(member_id="m1", phone=seal("new"), email=None), erased)
    assert MEMBER.decide(move("a", "b"), erased) == [moved("a", "b")]


def test_sealed_fields_survive_the_way_through_json() -> None:
    again = MemberAdmitted.model_validate_json(ADMITTED.model_dump_json())
    assert again == ADMITTED
    assert isinstance(again.name, Sealed)


def test_one_resident_number_leads_to_one_member() -> None:
    assert not is_same_person([], "m1")
    assert is_same_person(["m1"], "m1")
    with pytest.raises(Refused, match=r"^member-already-registered:"):
        is_same_person(["m1"], "m2")


CLOSED = MembershipClosed(member_id="m1", organisation_id="a", transfer_id="t9", closed_on=date(2026, 5, 1))


def close(organisation: str = "a", transfer: str = "t9") -> CloseMembership:
    return CloseMembership(
        member_id="m1", organisation_id=organisation, transfer_id=transfer, closed_on=date(2026, 5, 1)
    )


def test_a_member_who_was_taken_in_outside_has_no_membership_here_and_that_is_told_once() -> None:
    assert MEMBER.decide(close(), MEMBER.fold([ADMITTED])) == [CLOSED]
    assert MEMBER.decide(close(), MEMBER.fold([ADMITTED, CLOSED])) == []


def test_nobody_leaves_from_where_they_are_not_or_moves_after_having_left() -> None:
    with pytest.raises(Refused, match=r"^not-a-member-there:"):
        MEMBER.decide(close("b"), MEMBER.fold([ADMITTED]))
    with pytest.raises(Refused, match=r"^member-left:"):
        MEMBER.decide(move("a", "b", "t10"), MEMBER.fold([ADMITTED, CLOSED]))
    with pytest.raises(Refused, match=r"^member-left:"):
        MEMBER.decide(close(transfer="t10"), MEMBER.fold([ADMITTED, CLOSED]))


def test_who_comes_back_from_outside_is_entered_again_as_the_same_person() -> None:
    left = MEMBER.fold([ADMITTED, CLOSED])
    [again] = MEMBER.decide(admit(same_person=True), left)
    assert isinstance(again, MemberAdmitted)
    assert MEMBER.fold([again], left).left_on is None
    with pytest.raises(Refused, match=r"^member-already-admitted:"):
        MEMBER.decide(admit(), left)
