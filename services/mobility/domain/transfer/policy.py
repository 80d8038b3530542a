"""What the configuration says about a transfer; frozen in its request, so changes do not touch it (domain §5.4.4)."""

from typing import Final

from pydantic import BaseModel, ConfigDict

from shared.kernel.errors import Invalid

LETTER_MAX_DAYS: Final = 90
"""No 介绍信 is valid longer than that, whatever the configuration says (domain T7)."""

IN_DOUBT_MONTHS: Final = 6
"""Six months after its letter a transfer that nobody took goes to a named body (domain T10); nothing is decided by it."""

NEW_MEMBER_MONTHS: Final = 3
"""Who was admitted less than that before leaving is asked about by the receiver (突击发展, domain T22)."""

RECEIPT_MONTHS: Final = 1
"""The 回执 is due one calendar month after acceptance, party-wide (domain T8, §1.10)."""


class TransferPolicy(BaseModel):
    """Durations in days of Asia/Shanghai.

    `letter_valid_days` depends on the scope (domain T7: usually 30 in the city, 90 beyond). A holder that has not acted
    is overdue after `overdue_after_days`; its superior learns of it after `escalate_after_days` (domain §5.3: 3 and 8).
    `propagated_within_days` of the acceptance everybody concerned should have it; after that the relocation is late.
    A receiver may hold a case for `dossier_hold_days` (domain T5). Accepted within `on_time_days` of the request is on
    time; `classify_after_days` after it the outcome is told (GP2GP: 8 and 14, domain §2.4). Of a probationary member who goes
    to another committee the 考察 record is demanded, unless a place does without (domain T21). `rules` cites the version of
    the local rules and their source document, where there are any.
    """

    # The limits are checked when a transfer is requested, not here: tightening one must not make history unreadable.
    model_config = ConfigDict(frozen=True, extra="ignore")

    letter_valid_days: int
    overdue_after_days: int
    escalate_after_days: int
    propagated_within_days: int = 1
    dossier_hold_days: int = 15
    on_time_days: int = 8
    classify_after_days: int = 14
    examination_demanded: bool = True
    rules: str | None = None

    def check(self) -> None:
        """Errors: `letter-validity`, `deadline-order`, `propagation-deadline`, `hold-or-outcome-days`."""
        if not 1 <= self.letter_valid_days <= LETTER_MAX_DAYS:
            raise Invalid(
                "letter-validity",
                f"a letter cannot be valid for {self.letter_valid_days} days",
                remedy=f"configure 1 to {LETTER_MAX_DAYS} days",
            )
        if not 1 <= self.overdue_after_days < self.escalate_after_days:
            raise Invalid(
                "deadline-order",
                f"overdue after {self.overdue_after_days}, escalated after {self.escalate_after_days} days",
                remedy="let a case be overdue after at least a day, and before it is escalated",
            )
        if self.dossier_hold_days < 1 or not 1 <= self.on_time_days <= self.classify_after_days:
            raise Invalid(
                "hold-or-outcome-days",
                f"held {self.dossier_hold_days}, on time {self.on_time_days}, told after {self.classify_after_days} days",
                remedy="hold for at least a day, and tell the outcome not before the time is up",
            )
        if self.propagated_within_days < 1:
            raise Invalid(
                "propagation-deadline",
                f"a relocation cannot be late after {self.propagated_within_days} days",
                remedy="allow at least a day",
            )
