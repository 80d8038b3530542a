"""What the facts of mobile members make of their rows. `CARE_PROJECTIONS` lists them all."""

from typing import Any

from services.mobility.domain.card import decider as card
from services.mobility.domain.care import events as care
from services.mobility.domain.care_rules.decider import CareRulesAdopted
from services.mobility.domain.care_terms import PartyRole, Place
from services.mobility.domain.collective import decider as collective
from services.mobility.domain.departure import events as departure
from services.mobility.domain.lost_contact import events as loss
from services.mobility.domain.talent import decider as talent
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Add, Put, Remove, RowChange
from shared.kernel.event import DomainEvent

# -- departures ---------------------------------------------------------------------------------------------------


def _departure(event: departure.DepartureEvent, fact: Fact, **columns: Any) -> list[RowChange]:
    key = {"departure_id": event.departure_id, "version": fact.version}
    return [Put("departures", (event.departure_id,), key | columns)]


def _where(place: Place) -> dict[str, Any]:
    return place.model_dump()


_REGISTERED = (
    "member_id", "origin_branch_id", "origin_committee_id", "reason", "departs_on", "expected_until", "place_fixed",
    "credential", "must_transfer", "kept_because", "station_id", "station_organisation_id", "reported_in", "registered_at",
)  # fmt: skip


def _registered(event: departure.DepartureRegistered, fact: Fact) -> list[RowChange]:
    cited = event.rules.model_dump(mode="json", include={"area_code", "version", "source_document"})
    return _departure(
        event,
        fact,
        **event.model_dump(include=set(_REGISTERED)),
        **_where(event.destination),
        status="away" if event.station_id is None else "to_verify",
        rules=cited,
    )


def _moved_on(event: departure.DestinationChanged, fact: Fact) -> list[RowChange]:
    kept = {"expected_until", "place_fixed", "credential", "must_transfer", "station_id", "station_organisation_id"}
    return _departure(
        event,
        fact,
        **event.model_dump(include=kept),
        **_where(event.destination),
        status="away" if event.station_id is None else "to_verify",
        destination_organisation_id=None,
        grid_id=None,
        group_ids=None,
    )


def _corrected(event: departure.RegistrationCorrected, fact: Fact) -> list[RowChange]:
    return _departure(event, fact, **({"status": "to_verify"} if event.to_verify else {}))


def _verified(event: departure.MobileMemberVerified, fact: Fact) -> list[RowChange]:
    return _departure(event, fact, status=event.outcome, verified_at=event.verified_at, verification_text=event.text)


def _filed(event: departure.MobileFileOpened, fact: Fact) -> list[RowChange]:
    columns = event.model_dump(include={"destination_organisation_id", "grid_id"})
    return _departure(
        event, fact, **columns, group_ids=list(event.group_ids), filed_at=event.opened_at, status="on_file"
    )


def _transfer_proposed(event: departure.TransferProposed, fact: Fact) -> list[RowChange]:
    return _departure(event, fact, transfer_proposed_at=event.proposed_at)


def _returned(event: departure.MemberReturned, fact: Fact) -> list[RowChange]:
    return _departure(event, fact, returned_on=event.returned_on, return_outcome=event.outcome)


def _departure_ended(event: departure.DepartureEnded, fact: Fact) -> list[RowChange]:
    return _departure(event, fact, status="ended", end_reason=event.reason, ended_at=event.ended_at)


# -- care ---------------------------------------------------------------------------------------------------------


def _care(event: care.CareEvent, fact: Fact, **columns: Any) -> Put:
    return Put("care", (event.care_id,), {"care_id": event.care_id, "version": fact.version} | columns)


def _party(role: PartyRole, party: care.CareParty | None) -> dict[str, Any]:
    person = party.person_id if party else None
    organisation = party.organisation_id if party else None
    if role == "station":
        station = party.station_id if party else None
        return {"station_id": station, "station_organisation_id": organisation, "station_person_id": person}
    return {f"{role}_id": organisation, f"{role}_person_id": person}


def _established(event: care.CareEstablished, fact: Fact) -> list[RowChange]:
    row = {
        "member_id": event.member_id,
        "model": event.model,
        "lead": event.lead,
        "lead_organisation_id": event.origin.organisation_id,
        "lead_since": event.established_at,
        "established_at": event.established_at,
    }
    return [_care(event, fact, **row, **_party("origin", event.origin), **_party("station", event.station))]


def _named(event: care.PartyNamed, fact: Fact) -> list[RowChange]:
    return [_care(event, fact, **_party(event.role, event.party))]


def _left(event: care.PartyLeft, fact: Fact) -> list[RowChange]:
    return [_care(event, fact, **_party(event.role, None))]


def _led(event: care.CareLeadChanged, fact: Fact) -> list[RowChange]:
    lead = {"lead": event.to_role, "lead_organisation_id": event.organisation_id, "lead_since": event.changed_at}
    return [_care(event, fact, **lead)]


def _duty(event: care.DutyEvent, **columns: Any) -> Put:
    key = {"care_id": event.care_id, "duty_id": event.duty_id}
    return Put("care_duties", (event.care_id, event.duty_id), key | columns)


_HOLDER = {"holder_role", "organisation_id", "person_id"}


def _opened(event: care.DutyOpened, fact: Fact) -> list[RowChange]:
    row = event.model_dump(include={*_HOLDER, "member_id", "kind", "due_at"})
    return [_care(event, fact), _duty(event, **row, overdue=False, escalated_to=None)]


def _reassigned(event: care.DutyReassigned, fact: Fact) -> list[RowChange]:
    return [_care(event, fact), _duty(event, **event.model_dump(include=_HOLDER))]


def _overdue(event: care.CareDutyOverdue, fact: Fact) -> list[RowChange]:
    return [_care(event, fact), _duty(event, overdue=True)]


def _escalated(event: care.CareDutyEscalated, fact: Fact) -> list[RowChange]:
    return [_care(event, fact), _duty(event, escalated_to=event.superior_id)]


def _closed(event: care.DutyEvent, fact: Fact) -> list[RowChange]:
    return [_care(event, fact), Remove("care_duties", (event.care_id, event.duty_id))]


def _contacted(event: care.ContactLogged, fact: Fact) -> list[RowChange]:
    row = event.model_dump(exclude={"member_id"})
    return [
        _care(event, fact),
        Put("care_contacts", (event.care_id, event.contact_id), row),
    ]


def _care_ended(event: care.CareEnded, fact: Fact) -> list[RowChange]:
    return [_care(event, fact, end_reason=event.reason, ended_at=event.ended_at)]


# -- cards --------------------------------------------------------------------------------------------------------


def _card(event: card.CardEvent, fact: Fact, **columns: Any) -> Put:
    return Put("cards", (event.card_id,), {"card_id": event.card_id, "version": fact.version} | columns)


def _issued(event: card.MobileCardIssued, fact: Fact) -> list[RowChange]:
    return [_card(event, fact, **event.model_dump(exclude={"card_id", "issued_by"}), sessions=0)]


def _entered(event: card.CardEntered, fact: Fact) -> list[RowChange]:
    put = _card(event, fact, **({"dues_paid_to": event.month} if event.kind == "dues" else {}))
    return [put, Add("cards", (event.card_id,), {"sessions": event.sessions})] if event.sessions else [put]


def _reviewed(event: card.MobileCardReviewed, fact: Fact) -> list[RowChange]:
    review = {"reviewed_year": event.year, "review_passed": event.passed, "review_text": event.text}
    return [_card(event, fact, **review)]


def _card_ended(event: card.MobileCardEnded, fact: Fact) -> list[RowChange]:
    return [_card(event, fact, end_reason=event.reason, ended_at=event.ended_at)]


# -- lost contact -------------------------------------------------------------------------------------------------


def _loss(event: loss.LossEvent, fact: Fact, **columns: Any) -> Put:
    return Put("lost_contacts", (event.member_id,), {"member_id": event.member_id, "version": fact.version} | columns)


_NO_PROPOSAL = {"proposal": None, "due_at": None, "escalated_to": None}


def _lost(event: loss.ContactLost, fact: Fact) -> list[RowChange]:
    row = event.model_dump(exclude={"member_id", "reported_by", "reported_at"})
    nothing = dict.fromkeys(("decided_by", "approved_by", "decided_on", "decision_text", "restored_on"))
    held = {"holder_id": event.branch_id, "searches": 0}
    return [_loss(event, fact, **row, **nothing, **_NO_PROPOSAL, **held, lost=True, status="searching")]


def _searched(event: loss.SearchLogged, fact: Fact) -> list[RowChange]:
    return [
        _loss(event, fact),
        Add("lost_contacts", (event.member_id,), {"searches": 1}),
        Put("loss_searches", (event.member_id, event.search_id), event.model_dump()),
    ]


def _loss_proposed(event: loss.LossProposed, fact: Fact) -> list[RowChange]:
    asked = {"proposal": event.proposal, "holder_id": event.body_id, "due_at": event.due_at, "escalated_to": None}
    return [_loss(event, fact, **asked)]


def _loss_overdue(event: loss.LossProposalOverdue, fact: Fact) -> list[RowChange]:
    return [_loss(event, fact, escalated_to=event.superior_id)]


_AFTER: dict[str, dict[str, Any]] = {
    "stop_membership": {"status": "stopped"},
    "cancel_qualification": {"status": "cancelled", "holder_id": None},
    "remove": {"status": "removed", "holder_id": None},
    "restore": {"status": "back", "lost": False, "holder_id": None},
}


def _loss_decided(event: loss.LossDecided, fact: Fact) -> list[RowChange]:
    row = event.model_dump(include={"decided_by", "approved_by", "decided_on"})
    after = {"holder_id": event.branch_id} | (_AFTER[event.proposal] if event.agreed else {})
    return [_loss(event, fact, **row, decision_text=event.text, **_NO_PROPOSAL, **after)]


def _restored(event: loss.ContactRestored, fact: Fact) -> list[RowChange]:
    # After a stop the proposal to restore follows in the same work, and its decision says the rest.
    back = {} if event.application_document else {"status": "back", "lost": False, "holder_id": None}
    return [_loss(event, fact, restored_on=event.restored_on, **_NO_PROPOSAL, **back)]


# -- talents ------------------------------------------------------------------------------------------------------


def _talent(event: talent.TalentEvent, fact: Fact, **columns: Any) -> Put:
    return Put("talents", (event.member_id,), {"member_id": event.member_id, "version": fact.version} | columns)


def _listed(event: talent.TalentListed, fact: Fact) -> list[RowChange]:
    row = {"consent_document": event.consent_document, "listed_at": event.listed_at}
    return [_talent(event, fact, **row, in_pool=True, kinds=list(event.kinds), organisation_id=event.listed_by)]


def _nomination(event: talent.TalentEvent, nomination_id: str, **columns: Any) -> Put:
    key = {"member_id": event.member_id, "nomination_id": nomination_id}
    return Put("nominations", (event.member_id, nomination_id), key | columns)


def _unlisted(event: talent.TalentConsentWithdrawn, fact: Fact) -> list[RowChange]:
    ended = [_nomination(event, one, status="consent_withdrawn", due_at=None) for one in event.nomination_ids]
    return [_talent(event, fact, in_pool=False, kinds=[], consent_document=None), *ended]


def _nominated(event: talent.TalentNominated, fact: Fact) -> list[RowChange]:
    row = {"kind": event.kind, "body_id": event.body_id, "due_at": event.due_at, "text": event.text}
    return [
        _talent(event, fact),
        _nomination(event, event.nomination_id, **row, status="open", organisation_id=event.nominated_by),
    ]


def _nomination_decided(event: talent.NominationDecided, fact: Fact) -> list[RowChange]:
    status = "accepted" if event.accepted else "declined"
    row = {"decided_at": event.decided_at, "decision_text": event.text, "due_at": None}
    return [_talent(event, fact), _nomination(event, event.nomination_id, **row, status=status)]


# -- proposals and rules ------------------------------------------------------------------------------------------


def _branch_proposed(event: collective.TemporaryBranchProposed, fact: Fact) -> list[RowChange]:
    row = event.model_dump(include={"proposal_id", "body_id", "area_code", "place", "due_at"})
    answer = dict.fromkeys(("agreed", "consulted_id", "text", "decided_at"))
    members = {"member_ids": list(event.member_ids), "version": fact.version}
    return [Put("branch_proposals", (event.proposal_id,), row | answer | members)]


def _branch_decided(event: collective.TemporaryBranchDecided, fact: Fact) -> list[RowChange]:
    row = event.model_dump(include={"proposal_id", "agreed", "consulted_id", "text", "decided_at"})
    return [Put("branch_proposals", (event.proposal_id,), row | {"version": fact.version})]


def _adopted(event: CareRulesAdopted, fact: Fact) -> list[RowChange]:
    row = event.model_dump(include={"area_code", "effective_from", "source_document", "adopted_by"})
    row |= {"rules_version": event.rules_version, "rules": event.rules.model_dump(mode="json"), "version": fact.version}
    return [Put("care_rules", (event.area_code, event.rules_version), row)]


def _own(name: str, tables: tuple[str, ...], projectors: dict[type[DomainEvent], Any]) -> Projection:
    return Projection(name, 1, tables, projectors, {})


CARE_PROJECTIONS = (
    _own(
        "departures",
        ("departures",),
        {
            departure.DepartureRegistered: _registered,
            departure.DestinationChanged: _moved_on,
            departure.RegistrationCorrected: _corrected,
            departure.MobileMemberVerified: _verified,
            departure.MobileFileOpened: _filed,
            departure.TransferProposed: _transfer_proposed,
            departure.MemberReturned: _returned,
            departure.DepartureEnded: _departure_ended,
        },
    ),
    _own(
        "care",
        ("care", "care_duties", "care_contacts"),
        {
            care.CareEstablished: _established,
            care.PartyNamed: _named,
            care.PartyLeft: _left,
            care.CareLeadChanged: _led,
            care.DutyOpened: _opened,
            care.DutyReassigned: _reassigned,
            care.DutyDone: _closed,
            care.DutyDropped: _closed,
            care.CareDutyOverdue: _overdue,
            care.CareDutyEscalated: _escalated,
            care.ContactLogged: _contacted,
            care.CareEnded: _care_ended,
        },
    ),
    _own(
        "cards",
        ("cards",),
        {
            card.MobileCardIssued: _issued,
            card.CardEntered: _entered,
            card.MobileCardReviewed: _reviewed,
            card.MobileCardEnded: _card_ended,
        },
    ),
    _own(
        "lost-contacts",
        ("lost_contacts", "loss_searches"),
        {
            loss.ContactLost: _lost,
            loss.SearchLogged: _searched,
            loss.LossProposed: _loss_proposed,
            loss.LossProposalOverdue: _loss_overdue,
            loss.LossDecided: _loss_decided,
            loss.ContactRestored: _restored,
        },
    ),
    _own(
        "talents",
        ("talents", "nominations"),
        {
            talent.TalentListed: _listed,
            talent.TalentConsentWithdrawn: _unlisted,
            talent.TalentNominated: _nominated,
            talent.NominationDecided: _nomination_decided,
        },
    ),
    _own(
        "branch-proposals",
        ("branch_proposals",),
        {
            collective.TemporaryBranchProposed: _branch_proposed,
            collective.TemporaryBranchDecided: _branch_decided,
        },
    ),
    _own("care-rules", ("care_rules",), {CareRulesAdopted: _adopted}),
)
