"""转接规则: a place's own numbers, versioned, with a source; and retained relations and reconciliations beside them."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.mobility.domain.reconciliation.decider import (
    RECONCILIATION,
    FinishReconciliation,
    MarkReconciliationDue,
    ReconciliationDue,
    ReconciliationFinished,
)
from services.mobility.domain.reconciliation.mismatch import Sent, mismatches
from services.mobility.domain.retained_relation.decider import (
    CONTACT,
    LIMIT,
    RETAINED_RELATION,
    EndRetention,
    MarkContactOverdue,
    ReachLimit,
    RecordRetentionContact,
    RetainRelation,
)
from services.mobility.domain.retained_relation.events import (
    RelationRetained,
    RetentionContactOverdue,
    RetentionContactRecorded,
    RetentionEnded,
    RetentionLimitReached,
)
from services.mobility.domain.transfer_rules.decider import TRANSFER_RULES, AdoptRules, TransferRulesAdopted
from services.mobility.domain.transfer_rules.rules import Rules, in_force
from shared.kernel.calendar import end_of_day, start_of_day
from shared.kernel.timer import ArmTimer
from tests.unit.mobility.bdd import given
from tests.unit.mobility.transfers import POLICY, T0, at


def adopt(**changed: Any) -> AdoptRules:
    return AdoptRules.model_validate(
        {
            "area_code": "350900",
            "effective_from": date(2026, 2, 1),
            "source_document": "闽组通〔2026〕3号",
            "letter_days": {"county": 10, "city": 10, "national": 30},
            "adopted_by": "city",
            "adopted_at": T0,
            "default": POLICY,
            **changed,
        }
    )


class TestRules:
    def test_each_adoption_is_a_version(self) -> None:
        state = given(TRANSFER_RULES).when(adopt()).then(TransferRulesAdopted)
        assert state.newest is not None
        again = adopt(letter_days={"county": 15}, effective_from=date(2026, 3, 1))
        state = given(TRANSFER_RULES, adopt()).when(again).then(TransferRulesAdopted)
        assert state.newest is not None
        assert state.newest.rules_version == 2
        given(TRANSFER_RULES, adopt()).when(adopt(adopted_at=at(1))).then_nothing()

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"letter_days": {"national": 91}}, "letter-validity"),
            ({"letter_days": {"county": 0}}, "letter-validity"),
            ({"overdue_after_days": 9}, "deadline-order"),
            ({"dossier_hold_days": 0}, "hold-or-outcome-days"),
            ({"effective_from": date(2026, 1, 29)}, "rules-backdated"),
        ],
    )
    def test_the_hard_cap_and_the_past_are_not_up_to_a_place(self, changed: dict[str, Any], code: str) -> None:
        given(TRANSFER_RULES).when(adopt(**changed)).then_refused(code)

    def test_the_nearest_place_and_the_newest_version_whose_day_has_come_count(self) -> None:
        def rules(area: str, version: int, day: date, days: int) -> Rules:
            return Rules(
                area_code=area,
                rules_version=version,
                effective_from=day,
                source_document="d",
                letter_days={"county": days},
            )

        table = [
            rules("350000", 1, date(2026, 1, 1), 20),
            rules("350900", 1, date(2026, 1, 1), 10),
            rules("350900", 2, date(2026, 6, 1), 15),
        ]
        for area, day, expected in (
            ("350902", date(2026, 5, 31), 10),
            ("350902", date(2026, 6, 1), 15),
            ("350100", date(2026, 6, 1), 20),
            ("440100", date(2026, 6, 1), None),
        ):
            found = in_force(table, area, day)
            assert (found and found.letter_days["county"]) == expected
        found = in_force(table, "350902", date(2026, 6, 1))
        assert found is not None
        policy = found.applied_to(POLICY, "county")
        assert (policy.letter_valid_days, policy.rules) == (15, "350900 v2: d")
        assert found.applied_to(POLICY, "national").letter_valid_days == POLICY.letter_valid_days


def keep(kind: str = "graduate", since: date = date(2026, 1, 1)) -> RetainRelation:
    return RetainRelation.model_validate(
        {
            "retention_id": "r1",
            "member_id": "m1",
            "committee_id": "c1",
            "kind": kind,
            "since": since,
            "retained_at": T0,
        }
    )


class TestRetained:
    """Domain T24."""

    @pytest.mark.parametrize(("kind", "limit"), [("graduate", date(2028, 1, 1)), ("abroad", date(2031, 1, 1))])
    def test_it_has_a_limit_and_a_contact_due_from_the_first_day(self, kind: str, limit: date) -> None:
        outcome = given(RETAINED_RELATION).when(keep(kind))
        outcome.then(RelationRetained)
        event = outcome.events[0]
        assert isinstance(event, RelationRetained)
        assert event.limit_on == limit
        armed = RETAINED_RELATION.timers(event)
        assert armed == [ArmTimer(CONTACT, event.contact_due_at), ArmTimer(LIMIT, end_of_day(limit))]

    def test_contact_is_due_again_half_a_year_later_and_silence_is_told_once(self) -> None:
        contact = RecordRetentionContact(contacted_on=date(2026, 1, 20), recorded_by="c1", recorded_at=T0)
        outcome = given(RETAINED_RELATION, keep()).when(contact)
        state = outcome.then(RetentionContactRecorded)
        assert state.contact_due_at == end_of_day(date(2026, 7, 20))
        due = MarkContactOverdue(due_at=end_of_day(date(2026, 7, 20)))
        given(RETAINED_RELATION, keep(), contact).when(due).then(RetentionContactOverdue)
        given(RETAINED_RELATION, keep(), contact, due).when(due).then_nothing()
        given(RETAINED_RELATION, keep(), contact).when(contact).then_nothing()
        future = contact.model_copy(update={"contacted_on": date(2026, 3, 1)})
        given(RETAINED_RELATION, keep()).when(future).then_refused("contact-date")

    def test_at_the_limit_the_committee_has_to_decide_and_nothing_happens_by_itself(self) -> None:
        limit = ReachLimit(due_at=end_of_day(date(2028, 1, 1)), now=at(900))
        state = given(RETAINED_RELATION, keep()).when(limit).then(RetentionLimitReached)
        assert state.ended is None
        ending = EndRetention(
            decision="transferred", decided_by="c1", reason="found work", decided_on=date(2028, 1, 9), ended_at=at(908)
        )
        given(RETAINED_RELATION, keep(), limit).when(ending).then(RetentionEnded)
        given(RETAINED_RELATION, keep(), limit, ending).when(ending).then_nothing()
        unexplained = ending.model_copy(update={"reason": ""})
        given(RETAINED_RELATION, keep()).when(unexplained).then_refused("reason-missing")
        given(RETAINED_RELATION).when(limit).then_refused("retention-unknown")


def sent(**changed: Any) -> Sent:
    return Sent(
        **{
            "transfer_id": "t1",
            "member_id": "m1",
            "status": "completed",
            "from_branch_id": "b1",
            "from_committee_id": "c1",
            "to_committee_id": "c2",
            "to_branch_id": "b2",
            "holder_id": None,
            "outside": False,
            "roll_branch_id": "b2",
            "letter_issued_at": T0,
            "accepted_at": at(3),
            "receipt_due_at": at(34),
            **changed,
        }
    )


class TestReconciliation:
    """Domain T25: every mismatch is listed, explained, and in somebody's hands."""

    @pytest.mark.parametrize(
        ("changed", "reported", "code"),
        [
            ({}, None, None),
            ({}, {"t1": True}, None),
            ({}, {"t1": False}, "says-otherwise"),
            ({"roll_branch_id": "b1"}, None, "accepted-not-in-roll"),
            ({"roll_branch_id": "b7", "moved_on_since": True}, None, None),
            ({"status": "accepted"}, None, "receipt-missing"),
            ({"status": "awaiting_acceptance", "roll_branch_id": "b1"}, None, "out-not-in"),
            ({"status": "awaiting_acceptance", "roll_branch_id": "b1"}, {"t1": True}, "in-roll-not-accepted"),
            ({"status": "held", "roll_branch_id": "b2"}, None, "in-roll-not-accepted"),
            ({"status": "awaiting_acceptance", "outside": True, "roll_branch_id": "b1"}, None, "outside-unanswered"),
            ({"status": "expired", "roll_branch_id": "b1"}, None, "letter-expired"),
            ({"status": "rejected"}, {"t1": True}, "in-not-out"),
            ({"status": "withdrawn"}, None, None),
        ],
    )
    def test_what_the_two_sides_say_is_compared(
        self, changed: dict[str, Any], reported: dict[str, bool] | None, code: str | None
    ) -> None:
        found = list(mismatches([sent(**changed)], reported, at(60)))
        assert [one.code for one in found] == ([code] if code else [])
        assert all(one.explanation and one.remedy for one in found)

    def test_a_member_whom_nobody_sent_is_listed(self) -> None:
        assert [one.code for one in mismatches([], {}, T0, unknown=["t9"])] == ["in-not-out"]

    def test_a_run_is_recorded_once_and_the_next_is_due_in_september(self) -> None:
        run = FinishReconciliation(organisation_id="c1", run_id="x", compared=1, mismatches=(), as_of=T0, run_by="c1")
        state = given(RECONCILIATION).when(run).then(ReconciliationFinished)
        assert state.due_at == start_of_day(date(2026, 9, 1))
        given(RECONCILIATION, run).when(run).then_nothing()
        due = MarkReconciliationDue(due_at=start_of_day(date(2026, 9, 1)))
        state = given(RECONCILIATION, run).when(due).then(ReconciliationDue)
        assert state.due_at == start_of_day(date(2027, 9, 1))
        given(RECONCILIATION, run).when(MarkReconciliationDue(due_at=T0 + timedelta(1))).then_nothing()
