"""What can be asked of a unit (两新组织)."""

from datetime import date

from pydantic import Field

from services.registry.domain.vocabulary import Name, Reason, UnitKind
from shared.kernel.event import Command
from shared.kernel.identifiers.area_code import AreaCode
from shared.kernel.identifiers.uscc import Uscc

MOST_STAFF = 10_000_000
"""More people than any employer has: a figure above it is a slip of the keyboard."""


class RegisterUnit(Command):
    """Enter a unit. `area_code` is where it operates, which its code does not say (domain §3.1); `staff` in persons."""

    uscc: Uscc
    name: Name
    kind: UnitKind
    area_code: AreaCode
    staff: int | None = Field(default=None, ge=0, le=MOST_STAFF)


class ChangeUnit(Command):
    """Correct facts of a unit; what is left out stays as it is."""

    uscc: Uscc
    name: Name | None = None
    area_code: AreaCode | None = None
    staff: int | None = Field(default=None, ge=0, le=MOST_STAFF)


class CloseUnit(Command):
    """Record that a unit ceased to operate (注销、吊销) on that day."""

    uscc: Uscc
    closed_on: date
    reason: Reason


class ReportUnitChange(Command):
    """Take over what an outside register (市场监管、民政) says: enters the unit when unknown, else changes it."""

    uscc: Uscc
    name: Name | None = None
    area_code: AreaCode | None = None
    staff: int | None = Field(default=None, ge=0, le=MOST_STAFF)


UnitCommand = RegisterUnit | ChangeUnit | CloseUnit | ReportUnitChange
