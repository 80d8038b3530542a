"""乡土人才 with consent (domain N30), and three members at one place (M11): proposals to bodies that decide."""

from typing import Any

from services.mobility.domain.collective.decider import (
    COLLECTIVE,
    DecideTemporaryBranch,
    LeftThere,
    MarkBranchProposalOverdue,
    NoteDeparture,
    NoteEnd,
    TemporaryBranchDecided,
    TemporaryBranchOverdue,
    TemporaryBranchProposed,
    WentThere,
)
from services.mobility.domain.talent.decider import (
    TALENT,
    DecideNomination,
    ListTalent,
    MarkNominationOverdue,
    Nominate,
    NominationDecided,
    NominationOverdue,
    TalentConsentWithdrawn,
    TalentListed,
    TalentNominated,
    WithdrawConsent,
)
from shared.kernel.decider import Decider
from shared.kernel.question import silence_at
from shared.kernel.timer import ArmTimer, CancelTimer, DueTimer
from tests.support.sealed_words import sealed_words
from tests.unit.mobility.bdd import given
from tests.unit.mobility.transfers import T0, at

LIST = ListTalent(member_id="m1", kinds=("reserve_cadre",), consent_document="doc-1", listed_by="b1", listed_at=T0)
WITHDRAW = WithdrawConsent(recorded_by="b1", withdrawn_at=at(5))


def nominates(**changed: Any) -> Nominate:
    said = {"nomination_id": "n1", "kind": "reserve_cadre", "body_id": "c1", "text": sealed_words("x"), "nominated_by": "b1",
            "nominated_at": at(1), "due_at": at(30)}  # fmt: skip
    return Nominate.model_validate(said | changed)


def decides(**changed: Any) -> DecideNomination:
    said = {"nomination_id": "n1", "accepted": True, "text": sealed_words("x"), "decided_by": "c1", "person_id": "p",
            "decided_at": at(9)}  # fmt: skip
    return DecideNomination.model_validate(said | changed)


def test_nobody_is_nominated_without_consent() -> None:
    given(TALENT).when(nominates()).then_refused("not-in-the-pool")
    given(TALENT).when(LIST).then(TalentListed)
    given(TALENT, LIST).when(LIST).then_nothing()
    given(TALENT, LIST).when(nominates()).then(TalentNominated)
    given(TALENT, LIST).when(nominates(kind="term_candidate")).then_refused("not-of-that-kind")


def test_a_consent_that_is_taken_back_ends_open_nominations() -> None:
    outcome = given(TALENT, LIST, nominates()).when(WITHDRAW)
    outcome.then(TalentConsentWithdrawn)
    assert outcome.events[0].nomination_ids == ("n1",)  # type: ignore[attr-defined]
    given(TALENT, LIST, nominates(), WITHDRAW).when(decides()).then_refused("nomination-ended")
    given(TALENT, LIST, WITHDRAW).when(WITHDRAW).then_nothing()
    given(TALENT, LIST, WITHDRAW).when(nominates()).then_refused("not-in-the-pool")


def test_the_body_that_was_asked_decides_once() -> None:
    given(TALENT, LIST, nominates()).when(decides(decided_by="c2")).then_refused("not-the-body")
    given(TALENT, LIST, nominates()).when(decides()).then(NominationDecided)
    given(TALENT, LIST, nominates(), decides()).when(decides()).then_refused("nomination-ended")
    given(TALENT, LIST).when(decides()).then_refused("nomination-unknown")


def goes(member: str) -> NoteDeparture:
    said = {"proposal_id": "p1", "body_id": "c1", "area_code": "441900", "place": "虎门", "member_id": member,
            "due_at": at(30), "noted_at": T0}  # fmt: skip
    return NoteDeparture.model_validate(said)


def leaves(member: str) -> NoteEnd:
    return NoteEnd(proposal_id="p1", member_id=member, noted_at=at(3))


def answers(**changed: Any) -> DecideTemporaryBranch:
    said = {"agreed": True, "consulted_id": "c9", "text": "x", "decided_by": "c1", "decided_at": at(9)}
    return DecideTemporaryBranch.model_validate(said | changed)


THREE = (goes("m1"), goes("m2"), goes("m3"))


def test_the_third_member_at_a_place_proposes_a_temporary_branch() -> None:
    given(COLLECTIVE, goes("m1")).when(goes("m2")).then(WentThere)
    given(COLLECTIVE, goes("m1")).when(goes("m1")).then_nothing()
    outcome = given(COLLECTIVE, goes("m1"), goes("m2")).when(goes("m3"))
    outcome.then(WentThere, TemporaryBranchProposed)
    assert outcome.events[1].member_ids == ("m1", "m2", "m3")  # type: ignore[attr-defined]
    given(COLLECTIVE, *THREE).when(goes("m4")).then(WentThere)


def test_the_committee_decides_after_consulting_the_inflow_side() -> None:
    given(COLLECTIVE, *THREE).when(answers(consulted_id=None)).then_refused("consultation-missing")
    given(COLLECTIVE, *THREE).when(answers(decided_by="c2")).then_refused("not-the-body")
    given(COLLECTIVE, *THREE).when(answers()).then(TemporaryBranchDecided)
    given(COLLECTIVE, *THREE, answers()).when(answers()).then_refused("proposal-not-open")
    given(COLLECTIVE, goes("m1")).when(answers()).then_refused("proposal-unknown")


def test_it_is_proposed_again_only_after_there_were_fewer() -> None:
    declined = (*THREE, answers(agreed=False, consulted_id=None))
    given(COLLECTIVE, *declined).when(goes("m4")).then(WentThere)
    given(COLLECTIVE, *declined, leaves("m1")).when(goes("m4")).then(WentThere, TemporaryBranchProposed)
    given(COLLECTIVE, *THREE).when(leaves("m1")).then(LeftThere)
    given(COLLECTIVE).when(leaves("m1")).then_nothing()


def silent(decider: Decider[Any, Any], name: str) -> Any:
    """The command of the timer that says a body has been silent about what was due at day 30."""
    due_at = silence_at(at(30))
    assert decider.on_timer is not None
    return decider.on_timer(DueTimer("any", name, due_at, due_at))


def test_a_silent_body_is_told_of_to_its_superior_once_and_still_decides() -> None:
    proposed = given(COLLECTIVE, *THREE[:2]).when(THREE[2]).events[1]
    [armed] = COLLECTIVE.timers(proposed)
    assert armed == ArmTimer("branch-proposal-silence", silence_at(at(30)))
    late = silent(COLLECTIVE, armed.name)
    given(COLLECTIVE, *THREE).when(late).then(TemporaryBranchOverdue)
    given(COLLECTIVE, *THREE, late).when(late).then_nothing()
    given(COLLECTIVE, *THREE, answers()).when(late).then_nothing()
    given(COLLECTIVE, *THREE).when(MarkBranchProposalOverdue(due_at=at(1))).then_nothing()
    given(COLLECTIVE, *THREE, late).when(answers()).then(TemporaryBranchDecided)


def test_a_nomination_that_nobody_decides_goes_to_the_superior_of_the_body() -> None:
    asked = (LIST, nominates(superior_id="top"))
    late = silent(TALENT, "nomination-silence.n1")
    assert late == MarkNominationOverdue(nomination_id="n1", due_at=silence_at(at(30)))
    outcome = given(TALENT, *asked).when(late)
    outcome.then(NominationOverdue)
    assert outcome.events[0].superior_id == "top"  # type: ignore[attr-defined]
    given(TALENT, *asked, late).when(late).then_nothing()
    given(TALENT, *asked, decides()).when(late).then_nothing()
    given(TALENT, *asked, WITHDRAW).when(late).then_nothing()
    given(TALENT, *asked, late).when(decides()).then(NominationDecided)
    withdrawn = given(TALENT, *asked).when(WITHDRAW).events[0]
    assert TALENT.timers(withdrawn) == [CancelTimer("nomination-silence.n1")]
