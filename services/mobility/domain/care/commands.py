"""What can be asked of a care (三方共管)."""

from typing import Literal

from pydantic import AwareDatetime, Field

from services.mobility.domain.care.events import CareParty, ContactWay, LeadReason
from services.mobility.domain.care_rules.rules import CitedRules
from services.mobility.domain.care_terms import CareModel, DutyKind, PartyRole
from shared.kernel.event import Command
from shared.kernel.sealed import SealedWords


class EstablishCare(Command):
    """Begin with the departure: the origin leads until the member is on file elsewhere."""

    care_id: str
    member_id: str
    model: CareModel
    origin: CareParty
    station: CareParty | None
    rules: CitedRules
    abroad: bool
    established_at: AwareDatetime


class NameParty(Command):
    """A party joins, is replaced, or names another person."""

    role: PartyRole
    party: CareParty
    named_at: AwareDatetime


class RemoveParty(Command):
    """A party does not serve the member any more. The origin cannot be removed: the membership is there."""

    role: Literal["station", "destination"]
    removed_by: str
    removed_at: AwareDatetime


class HandLead(Command):
    """The lead goes to another party."""

    to_role: PartyRole
    reason: LeadReason = "handed_over"
    text: SealedWords | None = None
    handed_by: str
    handed_at: AwareDatetime


class OpenDuty(Command):
    """Something came up that a party has to do: once within so many days, or each time so many months have passed."""

    kind: DutyKind
    party: PartyRole
    days: int | None = Field(default=None, ge=1)
    every_months: int | None = Field(default=None, ge=1)
    opened_at: AwareDatetime


class CompleteDuty(Command):
    """The duty is done; one that comes round opens again. `done_at` is when it was done."""

    duty_id: str
    done_by: str
    text: SealedWords | None = None
    done_at: AwareDatetime


class DropDuty(Command):
    """What was to be done has become void."""

    duty_id: str
    dropped_at: AwareDatetime


class LogContact(Command):
    """Somebody of a party spoke with the member; that does the duty of that kind, if it lies with the party."""

    contact_id: str
    role: PartyRole
    kind: Literal["contact", "talk", "abroad_contact", "yearly_report"]
    way: ContactWay
    text: SealedWords | None = None
    logged_by: str
    contacted_at: AwareDatetime


class MarkDutyOverdue(Command):
    """Made by a timer that was set for `due_at`."""

    duty_id: str
    due_at: AwareDatetime


class EscalateDuty(Command):
    """Made by a timer that was set for `due_at`."""

    duty_id: str
    due_at: AwareDatetime


class EndCare(Command):
    """The departure has ended."""

    reason: Literal["returned", "transferred", "not_our_member", "left_the_roll"]
    ended_at: AwareDatetime


CareCommand = (
    EstablishCare
    | NameParty
    | RemoveParty
    | HandLead
    | OpenDuty
    | CompleteDuty
    | DropDuty
    | LogContact
    | MarkDutyOverdue
    | EscalateDuty
    | EndCare
)
