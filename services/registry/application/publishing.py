"""Which events of the registry others learn of. The rest (seats, identities, the tree's order) is private."""

from services.registry.domain.formation_plan import events as plan
from services.registry.domain.founding import decider as founding
from services.registry.domain.member import events as member
from services.registry.domain.organisation import events as organisation
from services.registry.domain.organisation.guidance import PartyOrganisationGuided
from services.registry.domain.post import events as post
from services.registry.domain.station import events as station
from services.registry.domain.unit import events as unit
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
        plan.FormationPlanAdopted: public.FormationPlanAdopted,
        plan.FormationPlanOverdue: public.FormationPlanOverdue,
        plan.FormationPlanFulfilled: public.FormationPlanFulfilled,
        plan.FormationPlanAbandoned: public.FormationPlanAbandoned,
        organisation.PartyOrganisationFounded: public.PartyOrganisationFounded,
        organisation.PartyOrganisationChanged: public.PartyOrganisationChanged,
        organisation.PartyOrganisationReparented: public.PartyOrganisationReparented,
        organisation.PartyOrganisationDissolved: public.PartyOrganisationDissolved,
        organisation.PartyOrganisationRestored: public.PartyOrganisationRestored,
        organisation.PartyOrganisationUpgraded: public.PartyOrganisationUpgraded,
        organisation.ElectionDue: public.ElectionDue,
        founding.FoundingApplied: public.FoundingApplied,
        founding.FoundingReplyOverdue: public.FoundingReplyOverdue,
        founding.FoundingDecided: public.FoundingDecided,
        PartyOrganisationGuided: public.PartyOrganisationGuided,
        station.StationOpened: public.StationOpened,
        station.StationChanged: public.StationChanged,
        post.PostAssigned: public.PostAssigned,
        post.PostLeft: public.PostLeft,
        member.MemberAdmitted: public.MemberAdmitted,
        member.MembershipMoved: public.MembershipMoved,
        member.MembershipClosed: public.MembershipClosed,
        member.MemberContactChanged: public.MemberContactChanged,
        member.PersonErased: public.PersonErased,
    }
)
