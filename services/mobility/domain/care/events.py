"""What happened between the three parties that care for one mobile member (三方共管)."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from services.mobility.domain.care_rules.rules import CitedRules
from services.mobility.domain.care_terms import CareModel, DutyKind, PartyRole
from shared.kernel.event import DomainEvent
from shared.kernel.sealed import SealedWords

LeadReason = Literal["handed_over", "on_file", "moved_on", "not_served"]
"""Handed over by a party, which says why in words; taken over with the file; back with the origin since the member moved on, or
since the leading party does not serve the member any more.
"""

ContactWay = Literal["visit", "call", "video", "message", "letter", "meeting"]


class CareParty(BaseModel):
    """One party: the organisation that answers for it, and the one person who does the work (专人, domain M8).

    `station_id` is set of a station, whose organisation is the one it belongs to; `superior_id` hears of silence.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    organisation_id: str
    person_id: str
    station_id: str | None = None
    superior_id: str | None = None


class CareEvent(DomainEvent):
    """`care_id` is the id of the departure."""

    care_id: str
    member_id: str


class CareEstablished(CareEvent):
    """From here on exactly one party leads, at every moment; at first the origin."""

    type = "care-established"

    model: CareModel
    lead: PartyRole
    origin: CareParty
    station: CareParty | None
    rules: CitedRules
    abroad: bool
    established_at: datetime

    @property
    def whose(self) -> dict[str, str]:
        """What every event of this care begins with."""
        return {"care_id": self.care_id, "member_id": self.member_id}


class PartyNamed(CareEvent):
    """A party joined, took the place of the one before, or has another person for the work."""

    type = "care-party-named"

    role: PartyRole
    party: CareParty
    named_at: datetime


class PartyLeft(CareEvent):
    """The member moved to a place that this party does not serve."""

    type = "care-party-left"

    role: PartyRole
    left_at: datetime


class CareLeadChanged(CareEvent):
    """The lead went from one party to another, in one fact: there is no moment without one, and none with two."""

    type = "care-lead-changed"

    from_role: PartyRole
    to_role: PartyRole
    organisation_id: str
    person_id: str
    reason: LeadReason
    text: SealedWords | None
    changed_by: str
    changed_at: datetime


class DutyEvent(CareEvent):
    """`duty_id` is `<kind>.<party that the rule names>`; of each there is at most one open."""

    duty_id: str
    kind: DutyKind


class DutyOpened(DutyEvent):
    """Somebody named has something to do, by a time."""

    type = "care-duty-opened"

    party: PartyRole
    holder_role: PartyRole
    organisation_id: str
    person_id: str
    due_at: datetime
    escalate_at: datetime
    every_months: int | None = None


class DutyReassigned(DutyEvent):
    """The same duty, due at the same time, is with another person now."""

    type = "care-duty-reassigned"

    holder_role: PartyRole
    organisation_id: str
    person_id: str


class DutyDone(DutyEvent):
    """Done, by whom and how."""

    type = "care-duty-done"

    done_by: str
    text: SealedWords | None
    done_at: datetime


class DutyDropped(DutyEvent):
    """There is nothing to do any more."""

    type = "care-duty-dropped"

    dropped_at: datetime


class CareDutyOverdue(DutyEvent):
    """The time is over. The duty stays with the person; notify reminds them, and whoever takes it over from them."""

    type = "care-duty-overdue"

    origin_branch_id: str
    holder_role: PartyRole
    organisation_id: str
    person_id: str
    due_at: datetime


class CareDutyEscalated(DutyEvent):
    """Silence went to the superior of the party, or to the lead's organisation where nobody stands above."""

    type = "care-duty-escalated"

    origin_branch_id: str
    organisation_id: str
    person_id: str
    superior_id: str
    due_at: datetime


class ContactLogged(CareEvent):
    """联系记录 (domain N20). `text` says what it was about, not how to reach anybody."""

    type = "contact-logged"

    contact_id: str
    role: PartyRole
    kind: DutyKind
    way: ContactWay
    text: SealedWords | None
    logged_by: str
    contacted_at: datetime


class CareEnded(CareEvent):
    """The member is back, or the membership has followed, or they are no member of the origin; every duty ends with it."""

    type = "care-ended"

    reason: Literal["returned", "transferred", "not_our_member", "left_the_roll"]
    ended_at: datetime
