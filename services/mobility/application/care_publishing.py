"""What others learn of mobile members. Places in words, talents, opinions, answers, grades, contacts and searches stay here."""

from collections.abc import Mapping
from typing import Final

from services.mobility.domain.appraisal import events as appraisal
from services.mobility.domain.card import decider as card
from services.mobility.domain.care import events as care
from services.mobility.domain.care_rules.decider import CareRulesAdopted
from services.mobility.domain.collective import decider as collective
from services.mobility.domain.departure import events as departure
from services.mobility.domain.lost_contact import events as loss
from services.mobility.domain.opinion import decider as opinion
from services.mobility.domain.survey import events as survey
from services.mobility.domain.talent import decider as talent
from shared.contracts import mobile_members as public
from shared.eventstore.publishing import Translate
from shared.kernel.event import DomainEvent


def _registered(event: departure.DepartureRegistered) -> public.DepartureRegistered:
    where = event.destination.model_dump(include={"area_code", "abroad"})
    return public.DepartureRegistered.model_validate(event.model_dump() | where)


def _established(event: care.CareEstablished) -> public.CareEstablished:
    parties = {
        "origin_branch_id": event.origin.organisation_id,
        "station_id": event.station.station_id if event.station else None,
    }
    return public.CareEstablished.model_validate(event.model_dump() | parties)


CARE_PUBLISHED: Final[Mapping[type[DomainEvent], Translate]] = {
    departure.DepartureRegistered: _registered,
    departure.MobileMemberVerified: public.MobileMemberVerified,
    departure.MobileFileOpened: public.MobileFileOpened,
    departure.TransferProposed: public.TransferProposed,
    departure.MemberReturned: public.MemberReturned,
    departure.DepartureEnded: public.DepartureEnded,
    care.CareEstablished: _established,
    care.CareLeadChanged: public.CareLeadChanged,
    care.CareDutyOverdue: public.CareDutyOverdue,
    care.CareDutyEscalated: public.CareDutyEscalated,
    care.CareEnded: public.CareEnded,
    card.MobileCardIssued: public.MobileCardIssued,
    card.MobileCardReviewed: public.MobileCardReviewed,
    card.MobileCardEnded: public.MobileCardEnded,
    card.CardReturnOverdue: public.CardReturnOverdue,
    loss.ContactLost: public.ContactLost,
    loss.ContactRestored: public.ContactRestored,
    loss.LossProposed: public.LossProposed,
    loss.LossProposalOverdue: public.LossProposalOverdue,
    loss.LossDecided: public.LossDecided,
    collective.TemporaryBranchProposed: public.TemporaryBranchProposed,
    collective.TemporaryBranchOverdue: public.TemporaryBranchOverdue,
    collective.TemporaryBranchDecided: public.TemporaryBranchDecided,
    talent.NominationOverdue: public.NominationOverdue,
    opinion.OpinionOverdue: public.OpinionOverdue,
    survey.SurveyAsked: public.SurveyAsked,
    survey.SurveyResultsOut: public.SurveyResultsOut,
    survey.SurveyTakenBack: public.SurveyTakenBack,
    appraisal.AppraisalOverdue: public.AppraisalOverdue,
    appraisal.AppraisalDecided: public.AppraisalDecided,
    CareRulesAdopted: public.CareRulesAdopted,
}
