"""Who cares for a mobile member: the parties, the one lead, and what is to be done."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.mobility.domain.care.events import CareEstablished, CareParty
from services.mobility.domain.care_terms import DutyKind, PartyRole
from shared.kernel.errors import NotFound, Refused


@dataclass(frozen=True, slots=True)
class Duty:
    """Something to be done. `party` is the one the rule names, `holder_role` the one that has it now."""

    kind: DutyKind
    party: PartyRole
    holder_role: PartyRole
    due_at: datetime
    escalate_at: datetime
    every_months: int | None
    overdue: bool = False
    escalated: bool = False


@dataclass(frozen=True, slots=True)
class Care:
    """三方共管. `contacts` are the ids of the logged contacts, so that a repeat is known."""

    established: CareEstablished | None = None
    parties: Mapping[PartyRole, CareParty] = field(default_factory=dict)
    lead: PartyRole = "origin"
    duties: Mapping[str, Duty] = field(default_factory=dict)
    contacts: frozenset[str] = frozenset()
    ended: bool = False

    @property
    def begun(self) -> CareEstablished:
        """Errors: `care-unknown`, `care-ended`."""
        if self.established is None:
            raise NotFound("care-unknown", "there is no such care", remedy="it has the id of the departure")
        if self.ended:
            raise Refused("care-ended", "the care has ended", remedy="look up the member's open departure")
        return self.established

    def holder_of(self, party: PartyRole) -> PartyRole:
        """Who has the duties of a party: itself, or the lead while it is not there. So no duty is ever nobody's."""
        return party if party in self.parties else self.lead


def duty_id(kind: DutyKind, party: PartyRole) -> str:
    return f"{kind}.{party}"
