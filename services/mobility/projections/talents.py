"""The talent pool and its nominations as rows."""

from typing import Any

from services.mobility.domain.talent import decider as talent
from services.mobility.projections import care_tables as tables
from services.mobility.projections.rows import RowOf
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Put, RowChange

_TALENT = RowOf(tables.TALENTS)


def _listed(event: talent.TalentListed, fact: Fact) -> list[RowChange]:
    row = {"consent_document": event.consent_document, "listed_at": event.listed_at}
    return [_TALENT.put(event, fact, **row, in_pool=True, kinds=list(event.kinds), organisation_id=event.listed_by)]


def _nomination(event: talent.TalentEvent, nomination_id: str, **columns: Any) -> Put:
    key = {"member_id": event.member_id, "nomination_id": nomination_id}
    return Put("nominations", (event.member_id, nomination_id), key | columns)


def _unlisted(event: talent.TalentConsentWithdrawn, fact: Fact) -> list[RowChange]:
    ended = [
        _nomination(event, one, status="consent_withdrawn", due_at=None, escalated_to=None)
        for one in event.nomination_ids
    ]
    return [_TALENT.put(event, fact, in_pool=False, kinds=[], consent_document=None), *ended]


def _nominated(event: talent.TalentNominated, fact: Fact) -> list[RowChange]:
    row = {"kind": event.kind, "body_id": event.body_id, "due_at": event.due_at, "text": event.text}
    return [
        _TALENT.put(event, fact),
        _nomination(event, event.nomination_id, **row, status="open", organisation_id=event.nominated_by),
    ]


def _nomination_overdue(event: talent.NominationOverdue, fact: Fact) -> list[RowChange]:
    return [_TALENT.put(event, fact), _nomination(event, event.nomination_id, escalated_to=event.superior_id)]


def _nomination_decided(event: talent.NominationDecided, fact: Fact) -> list[RowChange]:
    status = "accepted" if event.accepted else "declined"
    row = {"decided_at": event.decided_at, "decision_text": event.text, "due_at": None, "escalated_to": None}
    return [_TALENT.put(event, fact), _nomination(event, event.nomination_id, **row, status=status)]


TALENTS = Projection(
    "talents",
    2,
    ("talents", "nominations"),
    {
        talent.TalentListed: _listed,
        talent.TalentConsentWithdrawn: _unlisted,
        talent.TalentNominated: _nominated,
        talent.NominationOverdue: _nomination_overdue,
        talent.NominationDecided: _nomination_decided,
    },
    {},
)
