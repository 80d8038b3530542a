"""How far a service's audit trail (审计) reaches, told to everybody: what is known outside cannot be cut off unnoticed."""

from datetime import datetime

from shared.contracts.base import PublicEvent


class Anchored(PublicEvent):
    """`chain` names the trail (`registry/audit`); `hash` that of record `number`, the last one at `anchored_at`."""

    chain: str
    number: int
    hash: str
    anchored_at: datetime
