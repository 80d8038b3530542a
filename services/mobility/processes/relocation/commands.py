"""What the relocation process is told. Made from the events it follows, so they come in any order and more than once.

Each source keeps its own order only: notify may report a delivery before the registry reports the move, and any of them
may be heard before the acceptance that starts it all.
"""

from datetime import timedelta

from pydantic import AwareDatetime

from services.mobility.domain.parties import Channel, InterestedParty
from shared.kernel.event import Command


class StartPropagation(Command):
    """From `TransferAccepted`: these parties need to have it, and these services need to have applied it.

    `relocation_id` is the id of the transfer. It is late when something is missing `late_after` the acceptance.
    """

    relocation_id: str
    member_id: str
    parties: tuple[InterestedParty, ...]
    services: tuple[str, ...]
    accepted_at: AwareDatetime
    late_after: timedelta


class RecordApplied(Command):
    """A service has taken the move into its own data (registry: `MembershipMoved`, assessment: `RosterUpdated`)."""

    service: str
    applied_at: AwareDatetime


class RecordNotified(Command):
    """A message to the party is on its way (notify: `MessageQueued`)."""

    party_id: str
    channel: Channel
    notified_at: AwareDatetime
    message_id: str = ""


class RecordDelivered(Command):
    """A receipt proves that the message arrived (notify: `MessageDelivered`)."""

    party_id: str
    channel: Channel
    receipt_id: str
    delivered_at: AwareDatetime


class RecordUndelivered(Command):
    """A message will not arrive on its channel (notify: `MessageUndelivered`); another try is another message."""

    party_id: str
    channel: Channel
    code: str
    failed_at: AwareDatetime
    message_id: str


class RecordAcknowledged(Command):
    """The party says that it has the relocation."""

    party_id: str
    acknowledged_by: str
    acknowledged_at: AwareDatetime


class RetryParty(Command):
    """Somebody wants what did not arrive to be sent again."""

    party_id: str
    asked_by: str
    retried_at: AwareDatetime


class StopPropagation(Command):
    """The membership ended before the roll could follow: nobody has to learn of a move that there will not be."""

    relocation_id: str
    member_id: str
    stopped_at: AwareDatetime


class MarkLate(Command):
    """The time for reaching everybody ran out at `due_at`; made by a timer."""

    due_at: AwareDatetime


RelocationCommand = (
    StartPropagation
    | RecordApplied
    | RecordNotified
    | RecordDelivered
    | RecordUndelivered
    | RecordAcknowledged
    | RetryParty
    | StopPropagation
    | MarkLate
)
