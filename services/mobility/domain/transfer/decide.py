"""Which rule answers which command; the rules themselves are in the files they are imported from."""

from collections.abc import Sequence

from services.mobility.domain.transfer import finish, legs, letter, outcome, receive, succession, turn
from services.mobility.domain.transfer.commands import (
    AcceptTransfer,
    AcknowledgeVoid,
    ApproveStep,
    AssignBranch,
    ClassifyTransfer,
    CloseTransfer,
    ConfirmMembership,
    DoubtMembership,
    EscalateCase,
    ExpireTransfer,
    HoldTransfer,
    LapseTransfer,
    MarkOverdue,
    RecordLeg,
    RecordOutsideReceipt,
    ReissueLetter,
    RejectTransfer,
    ReplaceOrganisation,
    RequestTransfer,
    ResendTransfer,
    ReturnReceipt,
    TransferCommand,
    WithdrawTransfer,
)
from services.mobility.domain.transfer.request import request
from services.mobility.domain.transfer.state import Transfer
from shared.kernel.event import DomainEvent


def decide(command: TransferCommand, state: Transfer) -> Sequence[DomainEvent]:
    """No events when the command already took effect; `transfer-unknown` when nothing was requested yet."""
    match command:
        case RequestTransfer():
            return request(command, state)
        case ApproveStep():
            return letter.approve(command, state)
        case ReissueLetter():
            return letter.reissue(command, state)
        case ExpireTransfer():
            return letter.expire(command, state)
        case AcceptTransfer():
            return receive.accept(command, state)
        case RejectTransfer():
            return receive.reject(command, state)
        case ReturnReceipt():
            return finish.return_receipt(command, state)
        case ConfirmMembership():
            return finish.confirm_membership(command, state)
        case WithdrawTransfer():
            return finish.withdraw(command, state)
        case CloseTransfer():
            return finish.close(command, state)
        case ResendTransfer():
            return finish.resend(command, state)
        case LapseTransfer():
            return finish.lapse(command, state)
        case MarkOverdue():
            return turn.mark_overdue(command, state)
        case EscalateCase():
            return turn.escalate(command, state)
        case AcknowledgeVoid():
            return letter.acknowledge_void(command, state)
        case DoubtMembership():
            return letter.doubt(command, state)
        case AssignBranch():
            return receive.assign(command, state)
        case HoldTransfer():
            return receive.hold(command, state)
        case RecordLeg():
            return legs.record(command, state)
        case RecordOutsideReceipt():
            return finish.receive_outside(command, state)
        case ReplaceOrganisation():
            return succession.replace_organisation(command, state)
        case ClassifyTransfer():
            return outcome.classify(command, state)
