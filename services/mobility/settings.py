"""What can be configured about transfers. A change concerns later requests only: each freezes what it was asked under."""

from pydantic import Field

from services.mobility.domain.terms import TransferScope
from services.mobility.domain.transfer.policy import LETTER_MAX_DAYS, TransferPolicy
from shared.runtime.settings import ServiceSettings


class MobilitySettings(ServiceSettings):
    """Days of Asia/Shanghai, and the outside systems that every relocation concerns."""

    letter_days_city: int = Field(default=30, ge=1, le=LETTER_MAX_DAYS, description="within one city (domain T7)")
    letter_days_national: int = Field(default=90, ge=1, le=LETTER_MAX_DAYS, description="beyond the city (domain T7)")
    overdue_after_days: int = Field(default=3, ge=1, description="a holder that has not acted is overdue (domain §5.3)")
    escalate_after_days: int = Field(default=8, ge=2, description="its superior learns of it (domain §5.3)")
    propagated_within_days: int = Field(default=1, ge=1, description="after that a relocation is late")
    outside_systems: tuple[str, ...] = Field(
        default=(), description="names of outside systems, as in `inbound.<system>.>`, that must confirm relocations"
    )

    def policy(self, scope: TransferScope) -> TransferPolicy:
        """What a transfer of that scope is requested under."""
        beyond = scope in ("province", "national")
        return TransferPolicy(
            letter_valid_days=self.letter_days_national if beyond else self.letter_days_city,
            overdue_after_days=self.overdue_after_days,
            escalate_after_days=self.escalate_after_days,
            propagated_within_days=self.propagated_within_days,
        )
