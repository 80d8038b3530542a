"""Many members, random moves, repeats and stale reports: everybody has exactly one membership at every moment."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from services.registry.domain.member.commands import (
    AdmitMember,
    ChangeContact,
    ErasePerson,
    MemberCommand,
    MoveMembership,
)
from services.registry.domain.member.decider import MEMBER
from services.registry.domain.member.events import MembershipMoved
from services.registry.domain.member.grouping import AssignPartyGroup
from services.registry.domain.member.identity import is_same_person
from services.registry.domain.member.state import MemberState
from shared.kernel.errors import Refused
from shared.kernel.event import DomainEvent
from shared.kernel.sealed import Sealed

ORGANISATIONS = ("a", "b", "c", "d")
T0 = datetime(2026, 1, 1, tzinfo=UTC)
SEALED = st.text("ABCDEF", min_size=40, max_size=40).map(lambda text: Sealed(f"sealed:1:key:{text}"))

organisations = st.sampled_from(ORGANISATIONS)


class MembershipMachine(RuleBasedStateMachine):
    """The registry's streams in memory, beside a book that says where everybody has to be."""

    members = Bundle("members")
    moves = Bundle("moves")

    def __init__(self) -> None:
        super().__init__()
        self.history: dict[str, list[DomainEvent]] = {}
        self.state: dict[str, MemberState] = {}
        self.claims: dict[str, str] = {}
        self.book: dict[str, str] = {}
        self.transfers = 0

    def tell(self, member_id: str, command: MemberCommand | AssignPartyGroup) -> list[DomainEvent]:
        state = self.state.get(member_id, MEMBER.initial)
        events = list(MEMBER.decide(command, state))
        self.state[member_id] = MEMBER.fold(events, state)
        self.history.setdefault(member_id, []).extend(events)
        return events

    @rule(target=members, person=st.integers(0, 5), organisation=organisations, name=SEALED)
    def admit(self, person: int, organisation: str, name: Sealed) -> str:
        """A person comes along, perhaps for the second time, under an id of its own."""
        member_id, index = f"m{len(self.book)}", f"index-{person}"
        if index in self.claims:
            with pytest.raises(Refused, match=r"^member-already-registered:"):
                is_same_person([self.claims[index]], member_id)
            return self.claims[index]
        self.claims[index] = member_id
        self.tell(
            member_id,
            AdmitMember(
                member_id=member_id,
                organisation_id=organisation,
                status="formal",
                admitted_on=date(2020, 7, 1),
                name=name,
                resident_id=name,
            ),
        )
        self.book[member_id] = organisation
        return member_id

    @rule(target=moves, member=members, destination=organisations)
    def accepted_transfer(self, member: str, destination: str) -> MoveMembership:
        """A transfer from where the member is takes effect at once."""
        self.transfers += 1
        command = MoveMembership(
            member_id=member,
            from_organisation_id=self.book[member],
            to_organisation_id=destination if destination != self.book[member] else "e",
            transfer_id=f"t{self.transfers}",
            moved_at=T0 + timedelta(hours=self.transfers),
        )
        assert [type(one) for one in self.tell(member, command)][-1:] == [MembershipMoved]
        self.book[member] = command.to_organisation_id
        return command

    @rule(move=moves, hours=st.integers(0, 1000))
    def repeated_transfer(self, move: MoveMembership, hours: int) -> None:
        """However late it comes again."""
        again = move.model_copy(update={"moved_at": T0 + timedelta(hours=hours)})
        assert self.tell(move.member_id, again) == []

    @rule(member=members, origin=organisations, destination=organisations)
    def stale_transfer(self, member: str, origin: str, destination: str) -> None:
        """A transfer from where the member is not (any more)."""
        if origin in (self.book[member], destination):
            return
        self.transfers += 1
        with pytest.raises(Refused, match=r"^not-a-member-there:"):
            self.tell(
                member,
                MoveMembership(
                    member_id=member,
                    from_organisation_id=origin,
                    to_organisation_id=destination,
                    transfer_id=f"t{self.transfers}",
                    moved_at=T0,
                ),
            )

    @rule(member=members, organisation=organisations)
    def group(self, member: str, organisation: str) -> None:
        """A group of some branch; only one of the member's own will do."""
        command = AssignPartyGroup(
            member_id=member, group_id=f"{organisation}-1", organisation_id=organisation, since=date(2027, 1, 1)
        )
        if organisation == self.book[member]:
            self.tell(member, command)
        else:
            with pytest.raises(Refused, match=r"^group-of-another-branch:"):
                self.tell(member, command)

    @rule(member=members, phone=SEALED)
    def contact(self, member: str, phone: Sealed) -> None:
        command = ChangeContact(member_id=member, phone=phone, email=None)
        if self.state[member].is_erased:
            with pytest.raises(Refused, match=r"^person-erased:"):
                self.tell(member, command)
        else:
            self.tell(member, command)

    @rule(member=members)
    def erase(self, member: str) -> None:
        self.tell(member, ErasePerson(person_id=member, erased_at=T0))

    @invariant()
    def everybody_has_the_one_membership_that_the_book_says(self) -> None:
        assert {member: state.organisation_id for member, state in self.state.items()} == self.book
        assert all(self.book.values())

    @invariant()
    def whoever_is_in_a_group_is_in_one_of_their_own_branch(self) -> None:
        grouped = [one for one in self.state.values() if one.party_group_id is not None]
        assert all(one.party_group_id == f"{one.organisation_id}-1" for one in grouped)

    @invariant()
    def every_move_begins_where_the_one_before_ended_and_has_a_transfer_of_its_own(self) -> None:
        for events in self.history.values():
            moves = [event for event in events if isinstance(event, MembershipMoved)]
            assert all(one.to_organisation_id == next_.from_organisation_id for one, next_ in pairwise(moves))
            assert len({move.transfer_id for move in moves}) == len(moves)

    @invariant()
    def replaying_what_was_stored_gives_the_same_state(self) -> None:
        for member, events in self.history.items():
            stored = [type(event).model_validate_json(event.model_dump_json()) for event in events]
            assert MEMBER.fold(stored) == self.state[member]


TestMembership = MembershipMachine.TestCase
TestMembership.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
