"""What becomes of a party organisation after its founding: terms, restoring, upgrading, handing over (domain §1.5)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from services.registry.domain.organisation.commands import (
    BeginTerm,
    ExtendTerm,
    RemindOfElection,
    RestoreOrganisation,
    UpgradeOrganisation,
)
from services.registry.domain.organisation.decider import ORGANISATION
from services.registry.domain.organisation.events import (
    ElectionDue,
    PartyOrganisationDissolved,
    PartyOrganisationFounded,
    PartyOrganisationRestored,
    PartyOrganisationUpgraded,
    TermBegan,
    TermExtended,
)
from services.registry.domain.reorganisation.commands import FailHandover, GiveReceipt, HandOver, RevokeHandover
from services.registry.domain.reorganisation.decider import REORGANISATION
from services.registry.domain.reorganisation.events import (
    HandoverFailed,
    HandoverRevoked,
    HandoverScheduled,
    OrganisationReceived,
    OrganisationsHandedOver,
)
from services.registry.domain.vocabulary import OrganisationKind
from shared.kernel.calendar import start_of_day
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent
from shared.kernel.timer import ArmTimer, CancelTimer, DueTimer

FOUNDED = PartyOrganisationFounded(
    organisation_id="b1", name="甲支部", kind="branch", parent_id="c1", area_code="430702",
    can_approve_probationary=False,
)  # fmt: skip
DISSOLVED = PartyOrganisationDissolved(organisation_id="b1", reason="x", parent_id="c1")
TERM = TermBegan(organisation_id="b1", elected_on=date(2024, 5, 10), ends_on=date(2027, 5, 10))
TODAY = date(2026, 11, 1)


def begin(elected: str, ends: str, *history: DomainEvent) -> Sequence[DomainEvent]:
    command = BeginTerm.model_validate({"organisation_id": "b1", "elected_on": elected, "ends_on": ends})
    return ORGANISATION.decide(command, ORGANISATION.fold([FOUNDED, *history]))


def reminded(on: date, *history: DomainEvent) -> list[int]:
    """The months that are left, as those timers tell that are due on that day."""
    events = [FOUNDED, *history]
    armed: dict[str, ArmTimer] = {}
    for event in events:
        for change in ORGANISATION.timers(event):
            armed.pop(change.name, None)
            if isinstance(change, ArmTimer):
                armed[change.name] = change
    now = start_of_day(on) + timedelta(hours=1)
    found: list[int] = []
    assert ORGANISATION.on_timer is not None
    for timer in sorted(armed.values(), key=lambda one: one.due_at):
        if timer.due_at <= now:
            command = ORGANISATION.on_timer(DueTimer("organisation-b1", timer.name, timer.due_at, now))
            due = ORGANISATION.decide(command, ORGANISATION.fold(events))
            found += [event.months_left for event in due if isinstance(event, ElectionDue)]
    return found


def test_an_election_begins_a_term_and_the_same_election_only_once() -> None:
    assert begin("2024-05-10", "2027-05-10") == [TERM]
    assert begin("2024-05-10", "2027-05-10", TERM) == []


@pytest.mark.parametrize("ends", ["2024-05-10", "2024-01-01", "2029-05-11"])
def test_a_term_ends_after_it_begins_and_lasts_five_years_at_most(ends: str) -> None:
    assert begin("2024-05-10", "2029-05-10")
    with pytest.raises(Invalid, match=r"^term-dates:"):
        begin("2024-05-10", ends)


def test_an_earlier_election_is_not_entered_after_a_later_one() -> None:
    with pytest.raises(Refused, match=r"^term-backdated:"):
        begin("2021-05-10", "2024-05-10", TERM)


def test_the_superior_is_reminded_six_and_three_months_before_and_on_the_day() -> None:
    assert reminded(date(2026, 11, 9), TERM) == []
    assert reminded(date(2026, 11, 10), TERM) == [6]
    assert ORGANISATION.timers(TERM)[0] == ArmTimer("election-in-6", datetime(2026, 11, 9, 16, tzinfo=UTC))


@pytest.mark.parametrize(("on", "left"), [(date(2027, 3, 1), [3]), (date(2027, 5, 10), [0]), (date(2028, 1, 1), [0])])
def test_a_term_that_is_entered_late_brings_the_one_reminder_that_is_true_now(on: date, left: list[int]) -> None:
    assert reminded(on, TERM) == left


def test_an_extension_moves_the_reminders_and_is_a_year_at_most() -> None:
    def extend(ends_on: date, *history: DomainEvent) -> Sequence[DomainEvent]:
        command = ExtendTerm(organisation_id="b1", ends_on=ends_on, approved_by="c1", reason="疫情")
        return ORGANISATION.decide(command, ORGANISATION.fold([FOUNDED, *history]))

    [extended] = extend(date(2027, 11, 10), TERM)
    assert isinstance(extended, TermExtended)
    assert reminded(date(2027, 5, 10), TERM, extended) == [6]
    for history in ((TERM,), (TERM, extended)):
        with pytest.raises(Refused, match=r"^term-extension:"):
            extend(date(2028, 5, 11), *history)
    with pytest.raises(Refused, match=r"^term-unknown:"):
        extend(date(2027, 11, 10))


def test_who_was_dissolved_is_reminded_of_nothing() -> None:
    assert reminded(date(2027, 5, 10), TERM, DISSOLVED) == []
    assert ORGANISATION.timers(DISSOLVED) == [CancelTimer(f"election-in-{months}") for months in (6, 3, 0)]
    command = RemindOfElection(organisation_id="b1", months_left=0, at=datetime(2027, 6, 1, tzinfo=UTC))
    assert ORGANISATION.decide(command, ORGANISATION.fold([FOUNDED, TERM, DISSOLVED])) == []


def restore(parent_kind: OrganisationKind | None, *history: DomainEvent) -> Sequence[DomainEvent]:
    command = RestoreOrganisation(organisation_id="b1", reason="恢复运营", on=TODAY, parent_kind=parent_kind)
    return ORGANISATION.decide(command, ORGANISATION.fold(history))


def test_a_dissolved_organisation_exists_again_where_it_hung() -> None:
    [restored] = restore("committee", FOUNDED, DISSOLVED)
    assert restored == PartyOrganisationRestored(organisation_id="b1", parent_id="c1", reason="恢复运营", on=TODAY)
    assert restore("committee", FOUNDED, DISSOLVED, restored) == []
    assert begin("2024-05-10", "2027-05-10", DISSOLVED, restored) == [TERM]


def test_an_organisation_is_not_restored_below_one_that_is_gone_or_that_never_was() -> None:
    with pytest.raises(Refused, match=r"^parent-unknown:"):
        restore(None, FOUNDED, DISSOLVED)
    with pytest.raises(Refused, match=r"^organisation-unknown:"):
        restore("committee")


def upgrade(kind: OrganisationKind, members: int, exception: str | None = None) -> Sequence[DomainEvent]:
    command = UpgradeOrganisation(
        organisation_id="b1", kind=kind, approved_by="c1", on=TODAY, members=members, exception=exception
    )
    return ORGANISATION.decide(command, ORGANISATION.fold([FOUNDED]))


def test_more_than_fifty_members_become_a_general_branch_and_more_than_a_hundred_a_committee() -> None:
    [event] = upgrade("general_branch", 51)
    assert isinstance(event, PartyOrganisationUpgraded)
    assert (event.from_kind, event.kind, event.members) == ("branch", "general_branch", 51)
    assert ORGANISATION.fold([FOUNDED, event]).kind == "general_branch"
    assert upgrade("committee", 101)
    for kind, members in (("general_branch", 50), ("committee", 100)):
        with pytest.raises(Refused, match=r"^too-few-members:"):
            upgrade(kind, members)  # type: ignore[arg-type]
    assert upgrade("committee", 60, exception="工作需要")


@pytest.mark.parametrize("kind", ["joint_branch", "temporary", "working_committee", "regional"])
def test_what_is_not_higher_is_no_upgrade(kind: OrganisationKind) -> None:
    assert upgrade("branch", 5) == []
    with pytest.raises(Refused, match=r"^not-an-upgrade:"):
        upgrade(kind, 500)


ORDER = HandOver(
    reorganisation_id="r1", organisation_ids=("b1", "b2"), to_parent_id="k2", ordered_by="city", reason="归口教育",
    on=TODAY, today=TODAY,
)  # fmt: skip


def receipt(organisation_id: str, by: str, *history: DomainEvent) -> Sequence[DomainEvent]:
    command = GiveReceipt(organisation_id=organisation_id, given_by=by, on=TODAY)
    return REORGANISATION.decide(command, REORGANISATION.fold(history))


def test_the_new_superior_confirms_each_organisation_once() -> None:
    [ordered] = REORGANISATION.decide(ORDER, REORGANISATION.initial)
    assert REORGANISATION.decide(ORDER, REORGANISATION.fold([ordered])) == []
    [first] = receipt("b1", "k2", ordered)
    [second] = receipt("b2", "k2", ordered, first)
    assert isinstance(first, OrganisationReceived)
    assert isinstance(second, OrganisationReceived)
    assert (first.left, second.left) == (1, 0)
    assert receipt("b1", "k2", ordered, first, second) == []
    with pytest.raises(Refused, match=r"^not-the-receiver:"):
        receipt("b2", "city", ordered, first)
    with pytest.raises(Refused, match=r"^not-handed-over:"):
        receipt("b3", "k2", ordered)
    with pytest.raises(Refused, match=r"^reorganisation-unknown:"):
        receipt("b1", "k2")
    with pytest.raises(Refused, match=r"^reorganisation-known:"):
        REORGANISATION.decide(ORDER.model_copy(update={"reason": "y"}), REORGANISATION.fold([ordered]))


def ordered(day: date, today: date, *history: DomainEvent) -> Sequence[DomainEvent]:
    command = ORDER.model_copy(update={"on": day, "today": today})
    return REORGANISATION.decide(command, REORGANISATION.fold(history))


def test_an_order_for_a_later_day_waits_for_it_and_is_carried_out_once() -> None:
    later = TODAY + timedelta(days=30)
    [scheduled] = ordered(later, TODAY)
    assert isinstance(scheduled, HandoverScheduled)
    assert ordered(later, TODAY, scheduled) == []
    with pytest.raises(Refused, match=r"^not-handed-over:"):
        receipt("b1", "k2", scheduled)
    [done] = ordered(later, later, scheduled)
    assert isinstance(done, OrganisationsHandedOver)
    assert done.on == later
    assert ordered(later, later + timedelta(days=9), scheduled, done) == []
    with pytest.raises(Invalid, match=r"^handover-too-far:"):
        ordered(TODAY + timedelta(days=370), TODAY)


def test_an_order_that_failed_or_was_revoked_is_never_carried_out() -> None:
    later = TODAY + timedelta(days=30)
    [scheduled] = ordered(later, TODAY)
    fail = FailHandover(code="organisation-cycle", detail="x", on=later)
    [failed] = REORGANISATION.decide(fail, REORGANISATION.fold([scheduled]))
    assert isinstance(failed, HandoverFailed)
    revoke = RevokeHandover(revoked_by="city", reason="x", on=TODAY)
    [revoked] = REORGANISATION.decide(revoke, REORGANISATION.fold([scheduled]))
    assert isinstance(revoked, HandoverRevoked)
    assert REORGANISATION.decide(revoke, REORGANISATION.fold([scheduled, revoked])) == []
    for end in (failed, revoked):
        with pytest.raises(Refused, match=r"^handover-not-open:"):
            ordered(later, later, scheduled, end)
        assert REORGANISATION.decide(fail, REORGANISATION.fold([scheduled, end])) == []
    [done] = ordered(later, later, scheduled)
    with pytest.raises(Refused, match=r"^handover-not-open:"):
        REORGANISATION.decide(revoke, REORGANISATION.fold([scheduled, done]))
