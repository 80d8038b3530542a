"""组织关系转接 as one kind of stream: `transfer-<transfer id>`."""

from services.mobility.domain.transfer.commands import TransferCommand
from services.mobility.domain.transfer.deadlines import on_timer, timers
from services.mobility.domain.transfer.decide import decide
from services.mobility.domain.transfer.events import (
    BranchAssigned,
    CaseEscalated,
    CaseOverdue,
    CommitteeAccepted,
    HolderChanged,
    LegRecorded,
    LetterIssued,
    LetterReissued,
    LetterVoided,
    MembershipConfirmed,
    MembershipInDoubt,
    MemberTransferredOut,
    OrganisationReplaced,
    ReceiptReturned,
    TransferAccepted,
    TransferApproved,
    TransferClassified,
    TransferClosed,
    TransferCompleted,
    TransferExpired,
    TransferHeld,
    TransferRejected,
    TransferRequested,
    TransferResent,
    TransferWithdrawn,
    VoidAcknowledged,
)
from services.mobility.domain.transfer.evolve import evolve
from services.mobility.domain.transfer.state import Transfer
from shared.kernel.decider import Decider

TRANSFER: Decider[TransferCommand, Transfer] = Decider(
    stream_type="transfer",
    initial=Transfer(),
    decide=decide,
    evolve=evolve,
    events=(
        TransferRequested,
        TransferApproved,
        LetterIssued,
        LetterVoided,
        LetterReissued,
        TransferAccepted,
        TransferRejected,
        TransferWithdrawn,
        TransferExpired,
        ReceiptReturned,
        MembershipConfirmed,
        TransferCompleted,
        TransferClosed,
        TransferResent,
        HolderChanged,
        CaseOverdue,
        CaseEscalated,
        VoidAcknowledged,
        TransferHeld,
        CommitteeAccepted,
        BranchAssigned,
        LegRecorded,
        MemberTransferredOut,
        OrganisationReplaced,
        MembershipInDoubt,
        TransferClassified,
    ),
    timers=timers,
    on_timer=on_timer,
)
