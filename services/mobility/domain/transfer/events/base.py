"""What every event of a transfer says."""

from shared.kernel.event import DomainEvent


class TransferEvent(DomainEvent):
    """Every event of a transfer says which one and whose; the member is what its order is kept by."""

    transfer_id: str
    member_id: str
