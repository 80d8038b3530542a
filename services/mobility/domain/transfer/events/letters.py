"""Letters (介绍信) and the ways a case travels."""

from datetime import datetime
from typing import Literal

from services.mobility.domain.terms import Fault, Leg, LegStep
from services.mobility.domain.transfer.events.base import TransferEvent


class LetterIssued(TransferEvent):
    """The 介绍信 exists and can be presented until `valid_until`, the end of its last day."""

    type = "letter-issued"

    letter_number: str
    issued_by: str
    issued_at: datetime
    valid_until: datetime


class LetterVoided(TransferEvent):
    """作废: nobody may accept on this number any more (domain T11)."""

    type = "letter-voided"

    letter_number: str
    reason: Literal["expired", "lost"]
    voided_at: datetime


class LetterReissued(TransferEvent):
    """补开: a new letter in the place of `replaces`."""

    type = "letter-reissued"

    letter_number: str
    replaces: str
    issued_by: str
    issued_at: datetime
    valid_until: datetime
    fault: Fault | None = None


class VoidAcknowledged(TransferEvent):
    """The receiver has heard that this number is void (domain T11)."""

    type = "void-acknowledged"

    letter_number: str
    heard_by: str
    heard_at: datetime


class TransferExpired(TransferEvent):
    """The letter ran out unanswered; the membership stays where it is, and the source has to act (domain T10)."""

    type = "transfer-expired"

    letter_number: str
    expired_at: datetime


class MembershipInDoubt(TransferEvent):
    """Six months since a letter, and nobody took the member in. `body_id` has to look into it; nothing is decided."""

    type = "membership-in-doubt"

    letter_number: str
    body_id: str
    since: datetime


class LegRecorded(TransferEvent):
    """One way of the case made a step (domain T14). Two ways are one case: none of this moves anybody."""

    type = "leg-recorded"

    leg: Leg
    step: LegStep
    recorded_by: str
    reference: str
    recorded_at: datetime
