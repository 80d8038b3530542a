"""What can be asked of a departure. Facts that a decision needs (whose branch, which station, which rules) come along."""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime

from services.mobility.domain.care_rules.rules import CitedRules
from services.mobility.domain.care_terms import (
    DepartureReason,
    Groups,
    Place,
    ReturnOutcome,
    VerificationOutcome,
)
from shared.kernel.event import Command
from shared.kernel.sealed import SealedWords


class RegisterDeparture(Command):
    """Register a departure before it, or after it when the member reported in without one."""

    departure_id: str
    member_id: str
    origin_branch_id: str
    origin_committee_id: str
    reason: DepartureReason
    destination: Place
    departs_on: date
    expected_until: date | None = None
    place_fixed: bool
    kept_because: SealedWords | None = None
    station_id: str | None
    station_organisation_id: str | None = None
    reported_in: bool = False
    probationary: bool = False
    rules: CitedRules
    registered_by: str
    registered_at: AwareDatetime


class ChangeDestination(Command):
    """The member moved on to another place."""

    departure_id: str
    destination: Place
    expected_until: date | None = None
    place_fixed: bool
    station_id: str | None
    station_organisation_id: str | None = None
    changed_by: str
    changed_at: AwareDatetime


class LoseStation(Command):
    """The registry has closed the station that looked after the member."""

    station_id: str
    lost_at: AwareDatetime


class NameStation(Command):
    """Another station looks after the member, at the same place."""

    departure_id: str
    station_id: str
    station_organisation_id: str
    named_by: str
    named_at: AwareDatetime


class CorrectRegistration(Command):
    """The origin answers the station: it was looked at, and stands as it is or was changed before."""

    departure_id: str
    corrected_by: str
    corrected_at: AwareDatetime


class VerifyMember(Command):
    """The station says what it found."""

    departure_id: str
    outcome: VerificationOutcome
    verified_by: str
    verified_at: AwareDatetime
    text: SealedWords | None = None


class OpenFile(Command):
    """建档立卡, or other grid and groups."""

    departure_id: str
    destination_organisation_id: str | None = None
    grid_id: str | None = None
    group_ids: Groups = ()
    opened_by: str
    opened_at: AwareDatetime


class ProposeTransfer(Command):
    """Six months are over; made by a timer that was set for `due_at`."""

    due_at: AwareDatetime
    now: AwareDatetime


class NoteTransfer(Command):
    """A transfer of the member was asked for (`under_way`), or has ended and moved nobody."""

    transfer_id: str
    under_way: bool
    noted_at: AwareDatetime


class RecordReturn(Command):
    """The member is back."""

    departure_id: str
    returned_on: date
    outcome: ReturnOutcome = "none"
    recorded_by: str
    recorded_at: AwareDatetime


class EndDeparture(Command):
    """The membership followed the member (`MembershipMoved`), or ended (`MembershipEnded`): the registry has said so."""

    reason: Literal["transferred", "left_the_roll"]
    ended_at: AwareDatetime


class DisownMember(Command):
    """The origin says that who reported in is not its member."""

    departure_id: str
    disowned_by: str
    disowned_at: AwareDatetime


DepartureCommand = (
    RegisterDeparture
    | ChangeDestination
    | LoseStation
    | NameStation
    | CorrectRegistration
    | VerifyMember
    | OpenFile
    | ProposeTransfer
    | NoteTransfer
    | RecordReturn
    | EndDeparture
    | DisownMember
)
