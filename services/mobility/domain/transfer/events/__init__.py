"""What happened to a transfer. Names and fields are those of the published language; what it lacks stays inside."""

from services.mobility.domain.transfer.events.asking import (
    OrganisationReplaced,
    TransferApproved,
    TransferClosed,
    TransferLapsed,
    TransferRejected,
    TransferRequested,
    TransferResent,
    TransferWithdrawn,
)
from services.mobility.domain.transfer.events.base import TransferEvent
from services.mobility.domain.transfer.events.letters import (
    LegRecorded,
    LetterIssued,
    LetterReissued,
    LetterVoided,
    MembershipInDoubt,
    TransferExpired,
    VoidAcknowledged,
)
from services.mobility.domain.transfer.events.receiving import (
    BranchAssigned,
    CommitteeAccepted,
    MembershipConfirmed,
    MemberTransferredOut,
    ReceiptReturned,
    TransferAccepted,
    TransferClassified,
    TransferCompleted,
    TransferHeld,
)
from services.mobility.domain.transfer.events.turn import CaseEscalated, CaseEvent, CaseOverdue, HolderChanged

__all__ = [
    "ENDINGS",
    "BranchAssigned",
    "CaseEscalated",
    "CaseEvent",
    "CaseOverdue",
    "CommitteeAccepted",
    "HolderChanged",
    "LegRecorded",
    "LetterIssued",
    "LetterReissued",
    "LetterVoided",
    "MemberTransferredOut",
    "MembershipConfirmed",
    "MembershipInDoubt",
    "OrganisationReplaced",
    "ReceiptReturned",
    "TransferAccepted",
    "TransferApproved",
    "TransferClassified",
    "TransferClosed",
    "TransferCompleted",
    "TransferEvent",
    "TransferExpired",
    "TransferHeld",
    "TransferLapsed",
    "TransferRejected",
    "TransferRequested",
    "TransferResent",
    "TransferWithdrawn",
    "VoidAcknowledged",
]

ENDINGS = (TransferCompleted, TransferWithdrawn, TransferClosed, TransferResent, TransferLapsed)
"""After one of these nobody has to act any more, and the member's case is closed."""
