"""What mobility answers, resource by resource."""

from datetime import date
from typing import Any

from pydantic import AwareDatetime

from services.mobility.domain.card.rights import Rights
from services.mobility.domain.care_rules.rules import CareRules
from services.mobility.domain.care_terms import Place
from services.mobility.domain.form.items import FormItem
from services.mobility.domain.reconciliation.mismatch import Mismatch
from services.mobility.domain.survey.results import SurveyResults
from services.mobility.domain.transfer.outside import OutsideCommittee
from services.mobility.projections import care_tables, rules_tables, tables
from services.mobility.projections.activities import ACTIVITIES
from services.mobility.projections.activity_plans import ACTIVITY_PLANS
from services.mobility.projections.appraisals import APPRAISALS, SIDES
from services.mobility.projections.forms import FORMS
from services.mobility.projections.inbound_letters import INBOUND_LETTERS
from services.mobility.projections.surveys import SURVEYS
from shared.contracts.parties import InterestedParty
from shared.web.shapes import by_name, done, optional, row, several, shape

# -- transfers ----------------------------------------------------------------------------------------------------

_TRANSFER: dict[str, Any] = {
    "approval_path": list[str] | None,
    "parties": list[InterestedParty] | None,
    "outside": OutsideCommittee | None,
}
LEG = row("TransferLeg", tables.LEGS)
TRANSFER = row("Transfer", tables.TRANSFERS, **_TRANSFER, legs=by_name(several(LEG)))
TRANSFER_LISTED = row("TransferListed", tables.TRANSFERS, **_TRANSFER)
_STANDS: dict[str, Any] = {
    "transfer_id": str,
    "member_id": str,
    "status": str,
    "holder_id": str | None,
    "task": str | None,
    "due_at": AwareDatetime | None,
    "letter_number": str | None,
    "unheard_void": str | None,
}
TRANSFER_STANDS = done("TransferStands", **_STANDS)
TRANSFER_RESENT = done("TransferResent", **_STANDS, resent_of=str)
INBOUND_LETTER = row("InboundLetter", INBOUND_LETTERS, outside=OutsideCommittee)
INBOUND_LETTER_DONE = done("InboundLetterDone", letter_id=str)
RULES_ADOPTED = done("TransferRulesAdopted", area_code=str, rules_version=int)
TRANSFER_RULES = row("TransferRules", rules_tables.TRANSFER_RULES, letter_days=dict[str, int] | None)
RETENTION = row("RetainedRelation", rules_tables.RETAINED)
RETENTION_DONE = done("RetainedRelationDone", retention_id=str)
RECONCILIATION = row("Reconciliation", rules_tables.RECONCILIATIONS, mismatches=list[Mismatch])
RECONCILIATION_LISTED = row("ReconciliationListed", rules_tables.RECONCILIATIONS, without=frozenset({"mismatches"}))
RECONCILIATION_DONE = done("ReconciliationDone", run_id=str, compared=int, mismatches=list[Mismatch])

# -- whose turn it is, and who has it -----------------------------------------------------------------------------

CASE = row("Case", tables.CASES, overdue=bool)
_IN_INBOX = shape(
    "InboxCase",
    kind=str, case_id=str, holder_id=str | None, task=str | None, since=AwareDatetime | None, due_at=AwareDatetime,
    escalated_to=str | None, member_id=str | None, status=str | None, scope=str | None, from_committee_id=str | None,
    to_committee_id=str | None, letter_number=str | None, band=str, days_left=int,
)  # fmt: skip
_SECTION = shape("InboxSection", count=int, items=several(_IN_INBOX))
_BANDS = shape("InboxBands", overdue_after_days=int, escalate_after_days=int)
INBOX = shape(
    "Inbox", organisation_id=str, as_of=AwareDatetime, bands=_BANDS,
    sections=shape("InboxSections", todo=_SECTION, overdue=_SECTION, upcoming=_SECTION, unsettled=_SECTION),
)  # fmt: skip
_STEP = shape("PropagationStep", state=str, at=AwareDatetime | None, detail=str | None)
_PARTY = shape(
    "RelocationParty",
    **{name: one.annotation for name, one in InterestedParty.model_fields.items()},
    steps=by_name(_STEP),
)
_RELOCATION: dict[str, Any] = {"missing_when_late": list[str] | None, "missing": list[str]}
RELOCATION = row("Relocation", tables.RELOCATIONS, **_RELOCATION, services=by_name(_STEP), parties=several(_PARTY))
RELOCATION_LISTED = row("RelocationListed", tables.RELOCATIONS, **_RELOCATION)
PARTY_DONE = done("PartyDone", relocation_id=str, party_id=str)

# -- figures ------------------------------------------------------------------------------------------------------

_CELL = shape("Flow", origin=str | None, destination=str | None, period=str, members=int)
FLOWS = shape("Flows", as_of=date, level=str, period=str, cells=several(_CELL), members=int)
_OUTCOMES = shape("OutcomeTotals", on_time=int, process_failure=int, technical_failure=int, not_counted=int, untold=int)
_DETAIL = shape("OutcomeDetail", outcome=str, detail=str | None, transfers=int)
OUTCOMES = shape(
    "Outcomes", month=str, area_code=str | None, as_of=AwareDatetime, transfers=int, outcomes=_OUTCOMES,
    details=several(_DETAIL),
    late_propagation=shape("LatePropagation", technical=int, process=int),
)  # fmt: skip
RETURNS = shape("Returns", as_of=date, since=date | None, returns=int, outcomes=dict[str, int])

# -- members who are away -----------------------------------------------------------------------------------------

_CITED = shape("RulesCited", area_code=str | None, version=int, source_document=str | None)
DEPARTURE = row("Departure", care_tables.DEPARTURES, rules=_CITED | None, group_ids=list[str] | None)
_AWAY: dict[str, Any] = {"departure_id": str, "member_id": str, "status": str}
DEPARTURE_DONE = done("DepartureDone", **_AWAY)
DEPARTURE_BEGUN = done("DepartureBegun", **_AWAY, credential=str | None, must_transfer=bool, station_id=str | None)
_CONTACT = row("CareContact", care_tables.CARE_CONTACTS)
CARE_DUTY = row("CareDuty", care_tables.CARE_DUTIES)
CARE = row("Care", care_tables.CARE, duties=several(CARE_DUTY), contacts=several(_CONTACT))
CARE_LISTED = row("CareListed", care_tables.CARE)
CARE_DONE = done("CareDone", care_id=str, lead=str)
CARE_RULES_DONE = done("CareRulesAdopted", area_code=str, rules_version=int)
_CARE_RULES = row("CareRulesVersion", care_tables.CARE_RULES, without=frozenset({"version"}), rules=CareRules)
CARE_RULES = shape(
    "CareRulesOfArea", area_code=str, as_of=date, in_force=int | None, defaults=CareRules,
    versions=several(_CARE_RULES),
)  # fmt: skip
CARD = row("Card", care_tables.CARDS, rights=optional(Rights))
CARD_LISTED = row("CardListed", care_tables.CARDS)
CARD_DONE = done("CardDone", card_id=str)
CARD_ISSUED = done("CardIssued", card_id=str, card_number=str)
_SEARCH = row("LossSearch", care_tables.SEARCHES)
LOSS = row("LostContact", care_tables.LOST_CONTACTS, log=several(_SEARCH))
LOSS_LISTED = row("LostContactListed", care_tables.LOST_CONTACTS)
LOSS_DONE = done(
    "LostContactDone", member_id=str, status=str, proposal=str | None, holder_id=str | None,
    due_at=AwareDatetime | None,
)  # fmt: skip
NOMINATION = row("Nomination", care_tables.NOMINATIONS)
TALENT = row("Talent", care_tables.TALENTS, kinds=list[str] | None, nominations=several(NOMINATION))
TALENT_LISTED = row("TalentListed", care_tables.TALENTS, kinds=list[str] | None)
TALENT_DONE = done("TalentDone", member_id=str, nomination_id=optional(str))
OPINION = row("Opinion", care_tables.OPINIONS)
OPINION_DONE = done("OpinionDone", opinion_id=str)
FORM = row("Form", FORMS, items=list[FormItem])
FORM_DONE = done("FormIssued", form_id=str, form_version=int)
SURVEY = row("Survey", SURVEYS, items=list[FormItem], results=SurveyResults | None)
SURVEY_WORDS = shape("SurveyWords", survey_id=str, item_id=str, words=list[str], erased=int)
SURVEY_OPENED = done("SurveyOpened", survey_id=str, asked=int)
SURVEY_ANSWERED = done("SurveyAnswered", survey_id=str)
_SIDE = row("AppraisalSide", SIDES, answers=dict[str, str] | None, of_body=dict[str, str] | None)
APPRAISAL = row("Appraisal", APPRAISALS, sides=several(_SIDE))
APPRAISAL_LISTED = row("AppraisalListed", APPRAISALS)
APPRAISAL_DONE = done("AppraisalDone", appraisal_id=str)
ACTIVITY = row("Activity", ACTIVITIES, member_ids=list[str])
ACTIVITY_LISTED = row("ActivityListed", ACTIVITIES)
ACTIVITY_DONE = done("ActivityDone", activity_id=str)
_COUNTED: dict[str, Any] = {"held": int, "minutes": int, "person_times": int}
ACTIVITY_COUNTS = shape(
    "ActivityCounts", as_of=date, since=date | None, area_code=str | None, **_COUNTED, members=int,
    ways=several(shape("ActivitiesOfAWay", way=str, **_COUNTED)),
)  # fmt: skip
_ITEM: dict[str, Any] = {
    "activity_id": str,
    "planned_on": date,
    "minutes": int,
    "theme": str,
    "way": str,
    "place": Place,
}
_BECAME = shape(
    "ActivityBecame", held_on=date | None, minutes=int | None, members=int | None, others=int | None,
    cancelled_at=AwareDatetime | None, text=str | None,
)  # fmt: skip
ACTIVITY_PLAN = row("ActivityPlan", ACTIVITY_PLANS, items=several(shape("ActivityOfAPlan", **_ITEM, became=_BECAME)))
ACTIVITY_PLAN_LISTED = row("ActivityPlanListed", ACTIVITY_PLANS, items=several(shape("ActivityProposed", **_ITEM)))
ACTIVITY_PLAN_DONE = done("ActivityPlanDone", plan_id=str)
BRANCH_PROPOSAL = row("BranchProposal", care_tables.BRANCH_PROPOSALS, member_ids=list[str] | None)
BRANCH_PROPOSAL_DONE = done("BranchProposalDone", proposal_id=str, agreed=bool)
