"""Every text in every event of every service, and what class it is of (ADR 55).

A field is named `<service>.<event>.<path>`, a path running through lists and maps without saying so. Which fields there are is
read from the deciders; which class each is of is said here, by hand.
"""

import typing
from collections.abc import Iterator
from types import UnionType
from typing import Any, Final, Literal

from pydantic import BaseModel

from services.assessment.model import MODEL as ASSESSMENT
from services.mobility.model import MODEL as MOBILITY
from services.notify.model import MODEL as NOTIFY
from services.registry.model import MODEL as REGISTRY
from shared.kernel.sealed import PersonalKind, Sealed
from shared.privacy.fields import personal_fields

MODELS: Final = (REGISTRY, MOBILITY, ASSESSMENT, NOTIFY)

IDS: Final = ("_id", "_ids", "_by")
"""A field whose name ends like this says who or which, and nothing in words."""

CODES: Final = frozenset({
    "uscc", "unit_uscc", "area_code", "registered_area", "from_area_code", "to_area_code", "to_area", "trade", "code",
    "digest", "sha256", "letter_number", "replaces", "card_number", "month", "quarter", "dues_paid_to",
    "source_document", "receipt_reference", "reference", "provider_reference", "service", "services", "template",
    "provider", "retention_class", "ground", "item_id",
})  # fmt: skip
"""Names that mean the same wherever they occur: a number, a code, the number of a file."""

SEALED: Final = frozenset({
    "registry.OpinionSubmitted.text", "registry.OpinionReplied.text", "registry.ProbationExtended.text",
    "registry.MembershipEnded.text",
    "mobility.OpinionSubmitted.text", "mobility.OpinionReplied.text",
    "mobility.SurveyAnswered.answers",
    "mobility.SideAppraised.text", "mobility.SideAppraised.answers", "mobility.BodyAppraised.answers",
    "mobility.AppraisalDecided.text", "mobility.DepartureRegistered.kept_because", "mobility.MobileMemberVerified.text",
    "mobility.CareLeadChanged.text", "mobility.DutyDone.text", "mobility.ContactLogged.text",
    "mobility.MobileCardReviewed.text", "mobility.SearchLogged.text", "mobility.LossDecided.text",
    "mobility.TalentNominated.text", "mobility.NominationDecided.text",
})  # fmt: skip
"""Said by or about one person in a text of somebody's own making."""

CHOICES: Final = frozenset({
    "mobility.SurveyAnswered.answers", "mobility.SideAppraised.answers", "mobility.BodyAppraised.answers",
    "mobility.SurveyClosed.results.total.options", "mobility.SurveyClosed.results.total.words",
    "mobility.SurveyClosed.results.branches", "mobility.SurveyClosed.results.branches.options",
    "mobility.SurveyClosed.results.branches.words",
})  # fmt: skip
"""Options of a form, and what they are counted by: the same field holds words only sealed."""

PAPERS: Final = frozenset({
    "mobility.TransferRequested.reason", "mobility.TransferRejected.text", "mobility.TransferClosed.text",
    "mobility.TransferHeld.text", "mobility.LetterRejected.text", "mobility.RetentionEnded.reason",
})  # fmt: skip
"""The ground of a procedure between offices that is about one person, in an office's words. Still in clear."""

OF_HOLDERS: Final = frozenset({
    "registry.InstructorReviewed.text",
    "assessment.AssessmentScored.reason",
})  # fmt: skip
"""About somebody who serves as an instructor or applies to, and need not be on the roll: nobody could erase it. In clear."""

OFFICE: Final = frozenset({
    # what units and residents say where members do, too (`voice`): of a member the same field holds words only sealed
    "registry.OpinionSubmitted.text", "registry.OpinionReplied.text",
    # registry: units, organisations, stations, places, documents, and what is wrong with them
    "registry.UnitRegistered.name", "registry.UnitChanged.name", "registry.UnitChanged.standing.name",
    "registry.UnitCoverEnded.reason", "registry.UnitClosed.reason", "registry.FormationPlanAbandoned.reason",
    "registry.UnitRipened.why", "registry.RipeningEnded.reason", "registry.CampaignBegun.name",
    "registry.CampaignStopped.reason", "registry.HandoverScheduled.reason", "registry.OrganisationsHandedOver.reason",
    "registry.HandoverFailed.detail", "registry.HandoverRevoked.reason", "registry.FoundingApplied.name",
    "registry.FoundingDecided.reason", "registry.PartyOrganisationFounded.name",
    "registry.PartyOrganisationFounded.office_email", "registry.PartyOrganisationFounded.office_phone",
    "registry.PartyOrganisationChanged.name", "registry.PartyOrganisationChanged.office_email",
    "registry.PartyOrganisationChanged.office_phone", "registry.PartyOrganisationDissolved.reason",
    "registry.PartyOrganisationRestored.reason", "registry.TermExtended.reason", "registry.PartyGroupFounded.name",
    "registry.PartyGroupFounded.department", "registry.PartyGroupChanged.name", "registry.PartyGroupChanged.department",
    "registry.PartyGroupDissolved.reason", "registry.StationOpened.name", "registry.StationOpened.office_email",
    "registry.StationOpened.office_phone", "registry.StationChanged.name", "registry.StationChanged.office_email",
    "registry.StationChanged.office_phone", "registry.StationClosed.reason", "registry.PolicyDocumentIssued.title",
    "registry.PolicyDocumentIssued.items.text", "registry.PolicyDocumentIssued.items.steps",
    "registry.PolicyDocumentRepealed.reason", "registry.PlaceOpened.name",
    "registry.PlaceChanged.name", "registry.PlaceClosed.reason", "registry.PracticeBegun.name",
    "registry.PracticeBegun.text", "registry.PracticeEnded.reason", "registry.SiteInspected.results.note",
    "registry.SiteRectified.results.note", "registry.SiteRectified.so_far.note", "registry.FundingVoided.reason",
    "registry.VisitRecorded.note", "registry.VisitVoided.reason",
    # mobility: forms and questions for everybody, activities, branches, towns (`Destination`: never an address)
    "mobility.FormIssued.title", "mobility.FormIssued.items.text", "mobility.FormIssued.items.options",
    "mobility.SurveyOpened.title", "mobility.SurveyOpened.items.text", "mobility.SurveyOpened.items.options",
    "mobility.AppraisalOpened.standard.items.text", "mobility.AppraisalOpened.standard.items.options",
    "mobility.AppraisalOpened.of_bodies.items.text", "mobility.AppraisalOpened.of_bodies.items.options",
    "mobility.ActivityPlanned.theme", "mobility.ActivityPlanned.place.place", "mobility.ActivityAnswered.text",
    "mobility.ActivityHeld.text", "mobility.ActivityCancelled.text", "mobility.TemporaryBranchProposed.place",
    "mobility.TemporaryBranchDecided.text", "mobility.SurveyWithdrawn.text", "mobility.ActivityPlanProposed.aims",
    "mobility.ActivityPlanProposed.items.theme", "mobility.ActivityPlanProposed.items.place.place",
    "mobility.ActivityPlanAnswered.text", "mobility.DepartureRegistered.destination.place",
    "mobility.DestinationChanged.destination.place", "mobility.TransferRequested.outside.name",
    "mobility.LetterRegistered.outside.name",
    # assessment: what instructors are measured by
    "assessment.RuleSetAdopted.title", "assessment.RuleSetAdopted.items.title", "assessment.QuarterOpened.items.title",
})  # fmt: skip
"""About a unit, an organisation, a place or an activity, or for everybody to read."""

OF_SOFTWARE: Final = frozenset({
    "registry.ListBegun.campaign", "registry.ListBegun.columns", "registry.ListEnded.counts", "registry.ListPartRead.counts",
    "registry.ListPartRead.findings.column", "registry.ListPartRead.findings.detail", "registry.ListPartRead.findings.remedy",
    "registry.ListPartRead.added", "registry.PartyOrganisationUpgraded.exception", "registry.PostLeft.handed_to",
    "registry.PolicyDocumentIssued.about", "registry.PolicyDocumentIssued.numbers", "registry.InstructorApplied.wishes",
    "registry.PlaceOpened.form", "registry.PracticeBegun.aspect", "registry.PracticeBegun.evidence",
    "registry.SiteInspected.results.evidence", "registry.SiteInspected.missing", "registry.SiteRectified.results.evidence",
    "registry.SiteRectified.missing", "registry.SiteRectified.so_far.evidence", "registry.RectificationOverdue.missing",
    "mobility.TransferRequested.approval_path", "mobility.TransferRequested.superiors",
    "mobility.TransferRequested.policy.rules", "mobility.TransferRequested.resent_of",
    "mobility.TransferRequested.examination_record", "mobility.TransferAccepted.inquiry", "mobility.CommitteeAccepted.inquiry",
    "mobility.TransferResent.resent_as", "mobility.TransferClassified.detail", "mobility.PropagationLate.missing",
    "mobility.ReconciliationFinished.mismatches.explanation", "mobility.ReconciliationFinished.mismatches.remedy",
    "mobility.ContactRestored.application_document", "mobility.TalentListed.consent_document",
    "assessment.RuleSetAdopted.items.id", "assessment.QuarterOpened.items.id", "assessment.AssessmentPublished.results",
    "assessment.AssessmentPublished.unscored", "assessment.AssessmentScored.scores", "notify.MessageQueued.references",
    "notify.MessageUnknown.detail",
})  # fmt: skip
"""Ids and codes under names of their own, the numbers of papers, and texts that the software itself writes."""

IN_CLEAR: Final = (CHOICES, PAPERS, OF_HOLDERS, OFFICE, OF_SOFTWARE)


def texts_in_clear() -> set[str]:
    """Every field that can hold a text of somebody's making, unsealed: `str` without a closed list behind it."""
    return {
        f"{model.name}.{event.__name__}.{path}"
        for model in MODELS
        for decider in model.deciders
        for event in decider.events
        for path in _of_model(event)
        if not path.endswith(IDS) and path.rpartition(".")[2] not in CODES
    }


def sealed_words() -> set[str]:
    """Every field that is marked and sealed as words."""
    return {
        f"{model.name}.{event.__name__}." + ".".join(part for part in one.path.split("/") if part not in ("", "*"))
        for model in MODELS
        for decider in model.deciders
        for event in decider.events
        for one in personal_fields(event)
        if one.kind is PersonalKind.WORDS and one.sound
    }


def _of_model(model: type[BaseModel]) -> Iterator[str]:
    for name, info in model.model_fields.items():
        yield from _of_type(info.annotation, name)


def _of_type(annotation: Any, path: str) -> Iterator[str]:
    annotation = getattr(annotation, "__value__", annotation)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        yield from _of_type(arguments[0], path)
    elif origin in (typing.Union, UnionType) or (arguments and origin is not Literal):
        for argument in arguments:
            yield from _of_type(argument, path)
    elif annotation in (str, Any):
        yield path
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation is not Sealed:
        yield from (f"{path}.{inner}" for inner in _of_model(annotation))
