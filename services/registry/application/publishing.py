"""Which events of the registry others learn of. The rest (seats, identities, the tree's order) is private."""

from services.registry.domain.campaign.events import CampaignDue, CampaignEnded
from services.registry.domain.duty.decider import DutyGapFound, DutyPlanned
from services.registry.domain.formation_plan import events as plan
from services.registry.domain.founding import decider as founding
from services.registry.domain.funding.decider import FundingRecorded, FundingVoided
from services.registry.domain.inspection import events as inspection
from services.registry.domain.instructor_application import events as application
from services.registry.domain.member import events as member
from services.registry.domain.member.grouping import PartyGroupAssigned
from services.registry.domain.opinion.decider import OpinionOverdue
from services.registry.domain.organisation import events as organisation
from services.registry.domain.organisation.guidance import PartyOrganisationGuided
from services.registry.domain.party_group import events as group
from services.registry.domain.place import events as place
from services.registry.domain.policy_document import events as policy
from services.registry.domain.post import events as post
from services.registry.domain.practice.decider import PracticeBegun, PracticeEnded
from services.registry.domain.relation.decider import RelationBegun, RelationEnded
from services.registry.domain.ripening.events import RipeningStepOverdue, UnitRipened
from services.registry.domain.seat import events as seat
from services.registry.domain.station import events as station
from services.registry.domain.unit import events as unit
from services.registry.domain.visit.decider import VisitRecorded, VisitVoided
from shared.contracts import registry as public
from shared.eventstore.publishing import publishing


def _changed(event: unit.UnitChanged) -> public.UnitChanged | None:
    """What others need of a unit is its name, place and size; what a survey finds out stays here."""
    told = public.UnitChanged.model_validate(event.model_dump(include=set(public.UnitChanged.model_fields)))
    return told if told.model_dump(exclude={"uscc"}, exclude_none=True) else None


PUBLISH = publishing(
    {
        unit.UnitRegistered: public.UnitRegistered,
        unit.UnitChanged: _changed,
        unit.UnitCovered: public.UnitCovered,
        unit.UnitCoverEnded: public.UnitCoverEnded,
        unit.UnitClosed: public.UnitClosed,
        CampaignDue: public.CampaignDue,
        CampaignEnded: public.CampaignEnded,
        plan.FormationPlanAdopted: public.FormationPlanAdopted,
        plan.FormationPlanOverdue: public.FormationPlanOverdue,
        plan.FormationPlanFulfilled: public.FormationPlanFulfilled,
        plan.FormationPlanAbandoned: public.FormationPlanAbandoned,
        RipeningStepOverdue: public.RipeningStepOverdue,
        UnitRipened: public.UnitRipened,
        organisation.PartyOrganisationFounded: public.PartyOrganisationFounded,
        organisation.PartyOrganisationChanged: public.PartyOrganisationChanged,
        organisation.PartyOrganisationReparented: public.PartyOrganisationReparented,
        organisation.PartyOrganisationDissolved: public.PartyOrganisationDissolved,
        organisation.PartyOrganisationRestored: public.PartyOrganisationRestored,
        organisation.PartyOrganisationUpgraded: public.PartyOrganisationUpgraded,
        organisation.ElectionDue: public.ElectionDue,
        organisation.OrganisationWithoutUnit: public.OrganisationWithoutUnit,
        founding.FoundingApplied: public.FoundingApplied,
        founding.FoundingReplyOverdue: public.FoundingReplyOverdue,
        founding.FoundingDecided: public.FoundingDecided,
        PartyOrganisationGuided: public.PartyOrganisationGuided,
        group.PartyGroupFounded: public.PartyGroupFounded,
        group.PartyGroupChanged: public.PartyGroupChanged,
        group.PartyGroupHeadNamed: public.PartyGroupHeadNamed,
        group.PartyGroupDissolved: public.PartyGroupDissolved,
        PartyGroupAssigned: public.PartyGroupAssigned,
        station.StationOpened: public.StationOpened,
        station.StationChanged: public.StationChanged,
        station.StationClosed: public.StationClosed,
        place.PlaceOpened: public.PlaceOpened,
        place.PlaceChanged: public.PlaceChanged,
        place.PlaceStepReached: public.PlaceStepReached,
        place.PlaceClosed: public.PlaceClosed,
        PracticeBegun: public.PracticeBegun,
        PracticeEnded: public.PracticeEnded,
        OpinionOverdue: public.OpinionOverdue,
        RelationBegun: public.RelationBegun,
        RelationEnded: public.RelationEnded,
        inspection.SiteInspected: public.SiteInspected,
        inspection.SiteRectified: public.SiteRectified,
        inspection.RectificationOverdue: public.RectificationOverdue,
        FundingRecorded: public.FundingRecorded,
        FundingVoided: public.FundingVoided,
        VisitRecorded: public.VisitRecorded,
        VisitVoided: public.VisitVoided,
        DutyPlanned: public.DutyPlanned,
        DutyGapFound: public.DutyGapFound,
        post.PostAssigned: public.PostAssigned,
        post.PostLeft: public.PostLeft,
        member.MemberAdmitted: public.MemberAdmitted,
        member.MembershipMoved: public.MembershipMoved,
        member.MembershipClosed: public.MembershipClosed,
        member.MemberContactChanged: public.MemberContactChanged,
        member.PersonErased: public.PersonErased,
        member.MemberConfirmed: public.MemberConfirmed,
        member.ProbationExtended: public.ProbationExtended,
        member.ProbationOver: public.ProbationOver,
        member.MembershipEnded: public.MembershipEnded,
        member.MemberWithoutOrganisation: public.MemberWithoutOrganisation,
        seat.StaffingChanged: public.StaffingChanged,
        seat.VacancyOverdue: public.VacancyOverdue,
        policy.PolicyDocumentIssued: public.PolicyDocumentIssued,
        policy.PolicyDocumentRepealed: public.PolicyDocumentRepealed,
        application.InstructorApplied: public.InstructorApplied,
        application.InstructorReviewed: public.InstructorReviewed,
        application.InstructorApplicationWithdrawn: public.InstructorApplicationWithdrawn,
        application.InstructorAppointed: public.InstructorAppointed,
        application.InstructorReviewOverdue: public.InstructorReviewOverdue,
    }
)
