"""What outside systems may tell us, on `inbound.<system>.<type>`. Strict: a field we do not know is refused.

The type is the last part of the CloudEvents `type`, so that a business registry of any province publishes the same.
"""

from datetime import date
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, field_validator

from shared.kernel.identifiers.area_code import AreaCode
from shared.kernel.identifiers.uscc import Uscc


class InboundFact(BaseModel):
    """Base of the facts that outside systems report."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)

    inbound_type: ClassVar[str]

    @field_validator("*", mode="after")
    @classmethod
    def _can_be_stored(cls, value: object) -> object:
        if isinstance(value, str) and "\x00" in value:
            raise ValueError("holds U+0000, which cannot be stored")
        return value


class UnitChangeReported(InboundFact):
    """A business registry reports that a unit was entered or changed."""

    inbound_type: ClassVar[str] = "unit-changed.v1"

    uscc: Uscc
    name: str | None = Field(default=None, min_length=1, max_length=200)
    area_code: AreaCode | None = None
    staff: int | None = Field(default=None, ge=0, le=10_000_000)


class UnitClosureReported(InboundFact):
    """A business registry reports that a unit was struck off."""

    inbound_type: ClassVar[str] = "unit-closed.v1"

    uscc: Uscc
    closed_on: date
    reason: str = Field(min_length=1, max_length=500)


class AcknowledgementReported(InboundFact):
    """An outside system confirms that it has taken over a relocation."""

    inbound_type: ClassVar[str] = "relocation-acknowledged.v1"

    relocation_id: str = Field(min_length=1, max_length=64)
