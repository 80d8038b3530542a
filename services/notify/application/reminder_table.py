"""Who is reminded of what: one row per event that tells of something due, and per addressee.

Every name in a row is a field of the event (a test checks that they are there): the event names who holds the matter, so
nobody is looked up here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from services.notify.domain.vocabulary import PartyKind
from shared.contracts import mobile_members as away
from shared.contracts import mobility, registry
from shared.contracts.base import PublicEvent


@dataclass(frozen=True, slots=True)
class Reminder:
    """To whom, in which words, and what the words refer to.

    `to` names the addressee or addressees (nobody, when the event has none), who are of that `kind`. `about` is what the
    message cites as its cause, `due` the day or moment that is over. `refers` gives the variables that are ids. `one_of`
    tells several facts about one thing with one due time from each other; it is filled in from the fields. `unless` names
    whoever was told by another row already: at the top the superior of a silent holder is the holder.
    """

    template: str
    to: str
    about: str
    due: str
    refers: Mapping[str, str] = field(default_factory=dict)
    one_of: str = ""
    kind: PartyKind = "organisation"
    unless: str = ""


_DUTY: Final = {"member": "member_id", "origin": "origin_branch_id", "destination": "organisation_id"}
_LOSS: Final = {"member": "member_id", "origin": "branch_id", "destination": "body_id"}
_TURN: Final = {"member": "member_id", "destination": "holder_id", "task": "task"}
_KEPT: Final = {"member": "member_id", "destination": "committee_id"}
_BODY: Final = {"destination": "body_id"}
_PLAN: Final = {"unit": "uscc", "destination": "responsible_id"}
_ITSELF: Final = {"destination": "organisation_id"}
_CAMPAIGN: Final = {"campaign": "kind", "expected": "expected", "missing": "missing", **_ITSELF}

REMINDERS: Final[Mapping[type[PublicEvent], tuple[Reminder, ...]]] = {
    away.CareDutyOverdue: (
        Reminder("care-duty-overdue", "person_id", "care_id", "due_at", _DUTY, "{duty_id}", "member"),
    ),
    away.CareDutyEscalated: (
        Reminder("care-duty-escalated", "superior_id", "care_id", "due_at", _DUTY, "{duty_id}"),
    ),
    away.LossProposed: (Reminder("loss-proposed", "body_id", "member_id", "due_at", _LOSS, "{proposal}"),),
    away.LossProposalOverdue: (
        Reminder("loss-undecided", "superior_id", "member_id", "due_at", _LOSS, "{proposal}.overdue"),
    ),
    away.TemporaryBranchOverdue: (
        Reminder("temporary-branch-overdue", "superior_id", "proposal_id", "due_at", _BODY),
    ),
    away.CardReturnOverdue: (
        Reminder("card-return-overdue", "superior_id", "card_id", "due_at", {"member": "member_id", **_BODY}),
    ),
    away.NominationOverdue: (Reminder("nomination-overdue", "superior_id", "nomination_id", "due_at", _BODY),),
    away.OpinionOverdue: (Reminder("opinion-overdue", "superior_id", "opinion_id", "due_at", _BODY),),
    away.SurveyAsked: (Reminder("survey-asked", "member_ids", "survey_id", "closes_at", _BODY, kind="member"),),
    away.SurveyResultsOut: (
        Reminder("survey-results-out", "member_ids", "survey_id", "closes_at", _BODY, kind="member"),
    ),
    away.SurveyTakenBack: (
        Reminder("survey-taken-back", "member_ids", "survey_id", "closes_at", _BODY, kind="member"),
    ),
    away.AppraisalOverdue: (
        Reminder("appraisal-overdue", "superior_id", "appraisal_id", "due_at", {"member": "member_id", **_BODY}, "{turn}"),
    ),
    away.AppraisalDecided: (
        Reminder("appraisal-decided", "member_id", "appraisal_id", "decided_at", {"destination": "decided_by"},
                 kind="member"),
    ),
    mobility.CaseOverdue: (Reminder("case-overdue", "holder_id", "case_id", "due_at", _TURN, "{task}"),),
    mobility.CaseEscalated: (
        Reminder("case-escalated", "superior_id", "case_id", "due_at", _TURN, "{task}", unless="holder_id"),
    ),
    mobility.MembershipInDoubt: (
        Reminder("membership-in-doubt", "body_id", "transfer_id", "since", {"member": "member_id", **_BODY}),
    ),
    mobility.RetentionContactOverdue: (
        Reminder("retention-contact-overdue", "committee_id", "retention_id", "due_at", _KEPT),
    ),
    mobility.RetentionLimitReached: (
        Reminder("retention-limit-reached", "committee_id", "retention_id", "limit_at", _KEPT),
    ),
    mobility.ReconciliationDue: (
        Reminder("reconciliation-due", "organisation_id", "organisation_id", "due_at", _ITSELF, "{year}"),
    ),
    mobility.TransferLapsed: (
        Reminder("transfer-lapsed", "holder_id", "transfer_id", "lapsed_at",
                 {"member": "member_id", "origin": "from_branch_id", "destination": "holder_id"}),
    ),
    registry.CampaignDue: (
        Reminder("campaign-due", "organisation_id", "campaign_id", "ends_on", _CAMPAIGN, "{round}"),
    ),
    registry.CampaignEnded: (
        Reminder("campaign-ended", "organisation_id", "campaign_id", "ends_on", _CAMPAIGN, "{round}.ended"),
    ),
    registry.FormationPlanOverdue: (
        Reminder("formation-plan-overdue", "contact_person_id", "uscc", "due_on", _PLAN, "{revision}", "member"),
        Reminder("formation-plan-overdue", "responsible_id", "uscc", "due_on", _PLAN, "{revision}"),
    ),
    registry.RipeningStepOverdue: (
        Reminder("ripening-step-overdue", "responsible_id", "uscc", "due_on", _PLAN | {"step": "means"},
                 "{revision}.{means}"),
    ),
    registry.UnitRipened: (Reminder("unit-ripened", "responsible_id", "uscc", "ripe_on", _PLAN, "{revision}.ripe"),),
    registry.FoundingReplyOverdue: (
        Reminder("founding-reply-overdue", "decided_by", "founding_id", "reply_by",
                 {"origin": "applied_by", "destination": "decided_by"}),
    ),
    registry.ElectionDue: (
        Reminder("election-due", "organisation_id", "organisation_id", "ends_on", _ITSELF, "{months_left}"),
        Reminder("election-due-below", "parent_id", "organisation_id", "ends_on", _ITSELF, "{months_left}"),
    ),
    registry.MemberWithoutOrganisation: (
        Reminder("member-without-organisation", "superior_id", "transfer_id", "found_at",
                 {"member": "member_id", "origin": "organisation_id", "destination": "superior_id"}),
    ),
    registry.OrganisationWithoutUnit: (
        Reminder("organisation-without-unit", "superior_id", "organisation_id", "closed_on", {"unit": "uscc", **_ITSELF}),
    ),
    registry.ProbationOver: (
        Reminder("probation-over", "organisation_id", "member_id", "probation_ends_on",
                 {"member": "member_id", **_ITSELF}),
    ),
    registry.VacancyOverdue: (
        Reminder("vacancy-overdue", "organisation_id", "seat_id", "due_at", {"post": "kind", **_ITSELF}),
    ),
    registry.DutyGapFound: (Reminder("duty-gap", "organisation_id", "station_id", "day", _ITSELF),),
    registry.OpinionOverdue: (Reminder("place-opinion-overdue", "superior_id", "opinion_id", "due_at", _BODY),),
    registry.RectificationOverdue: (
        Reminder("rectification-overdue", "organisation_id", "inspection_id", "rectify_by", _ITSELF),
    ),
    registry.InstructorReviewOverdue: (
        Reminder("instructor-review-overdue", "organisation_id", "application_id", "due_at", _ITSELF),
    ),
}  # fmt: skip
