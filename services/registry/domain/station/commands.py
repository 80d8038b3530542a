"""What can be asked of a station (党建工作指导站、驻城(镇)党建工作站、党员服务中心)."""

from datetime import date
from typing import Annotated

from pydantic import Field

from services.registry.domain.vocabulary import Id, Name, OfficeEmail, OfficePhone, Reason, StationFunction, StationKind
from shared.kernel.event import Command
from shared.kernel.identifiers.area_code import AreaCode

Population = Annotated[int, Field(ge=0, le=10_000_000)]
"""Members and masses that it reaches, as the station reports (辐射党员群众, domain N03)."""


class OpenStation(Command):
    """Open a station that serves the organisations below `organisation_id`.

    A `town` station (驻城站) stands in the area where the members live and belongs to the organisation they came from
    (domain §4.4 N02), so `area_code` may lie outside the area of its organisation.
    """

    station_id: Id
    name: Name
    kind: StationKind
    area_code: AreaCode
    organisation_id: Id
    office_email: OfficeEmail | None = None
    office_phone: OfficePhone | None = None
    pilot: bool = False
    functions: tuple[StationFunction, ...] | None = Field(default=None, max_length=9)
    site_id: Id | None = None
    population: Population | None = None


class ChangeStation(Command):
    """Correct name or office addresses, functions, seat or the people served; what is left out stays as it is."""

    station_id: Id
    name: Name | None = None
    office_email: OfficeEmail | None = None
    office_phone: OfficePhone | None = None
    pilot: bool | None = None
    functions: tuple[StationFunction, ...] | None = Field(default=None, max_length=9)
    site_id: Id | None = None
    population: Population | None = None


class CloseStation(Command):
    """The station is no more."""

    station_id: Id
    closed_on: date
    reason: Reason


StationCommand = OpenStation | ChangeStation | CloseStation
