"""Public events of stations (党建工作指导站) and places (阵地、平台、网格): relations, inspections, funds, duty rosters."""

from datetime import date, datetime

from shared.contracts.registry.terms import (
    FundingSource,
    Governance,
    PlaceKind,
    PlatformStep,
    RegistryEvent,
    RelationKind,
    Scope,
    StationFunction,
    StationKind,
)


class StationOpened(RegistryEvent, aggregate="station", key="station_id"):
    """A 党建工作指导站 or 驻城(镇)党建工作站 opened. It serves the organisations below `organisation_id`."""

    station_id: str
    name: str
    kind: StationKind
    area_code: str
    organisation_id: str
    office_email: str | None = None
    office_phone: str | None = None
    pilot: bool = False
    functions: tuple[StationFunction, ...] | None = None
    site_id: str | None = None
    population: int | None = None


class StationChanged(RegistryEvent, aggregate="station", key="station_id"):
    """What is said of a station changed; only that is given."""

    station_id: str
    name: str | None = None
    office_email: str | None = None
    office_phone: str | None = None
    pilot: bool | None = None
    functions: tuple[StationFunction, ...] | None = None
    site_id: str | None = None
    population: int | None = None


class StationClosed(RegistryEvent, aggregate="station", key="station_id"):
    """The station is no more."""

    station_id: str
    closed_on: date
    reason: str


class PlaceOpened(RegistryEvent, aggregate="place", key="place_id"):
    """A site, platform, grid or functional group (阵地、平台、网格、功能党小组); `organisation_id` answers for it."""

    place_id: str
    kind: PlaceKind
    form: str
    name: str
    area_code: str
    organisation_id: str
    station_id: str | None
    governance: Governance | None
    opened_on: date


class PlaceChanged(RegistryEvent, aggregate="place", key="place_id"):
    """Only what changed is given."""

    place_id: str
    name: str | None = None
    governance: Governance | None = None


class PlaceStepReached(RegistryEvent, aggregate="place", key="place_id"):
    """One of a platform's four steps is done."""

    place_id: str
    step: PlatformStep
    reached_on: date


class PlaceClosed(RegistryEvent, aggregate="place", key="place_id"):
    """It is no more."""

    place_id: str
    closed_on: date
    reason: str


class RelationBegun(RegistryEvent, aggregate="relation", key="relation_id"):
    """A station serves, a platform has a member, a grid covers, a group holds … from that day on. Not a membership."""

    relation_id: str
    kind: RelationKind
    from_id: str
    to_scope: Scope
    to_id: str
    organisation_id: str
    since: date


class RelationEnded(RegistryEvent, aggregate="relation", key="relation_id"):
    """It held until that day."""

    relation_id: str
    kind: RelationKind
    from_id: str
    to_scope: Scope
    to_id: str
    since: date
    until: date


class SiteInspected(RegistryEvent, aggregate="inspection", key="inspection_id"):
    """A site was looked at against a version of a checklist; what is `missing` is put right until `rectify_by`."""

    inspection_id: str
    scope: Scope
    scope_id: str
    organisation_id: str
    document_id: str
    number: int
    missing: tuple[str, ...]
    passed: bool
    inspected_on: date
    inspected_by: str
    rectify_by: date | None


class SiteRectified(RegistryEvent, aggregate="inspection", key="inspection_id"):
    """Something was put right; `missing` is what is left."""

    inspection_id: str
    missing: tuple[str, ...]
    passed: bool
    rectified_on: date


class RectificationOverdue(RegistryEvent, aggregate="inspection", key="inspection_id"):
    """It was not put right in time."""

    inspection_id: str
    scope: Scope
    scope_id: str
    organisation_id: str
    missing: tuple[str, ...]
    rectify_by: date


class FundingRecorded(RegistryEvent, aggregate="funding", key="funding_id"):
    """Money was received (经费、补助), in fen."""

    funding_id: str
    scope: Scope
    scope_id: str
    organisation_id: str
    source: FundingSource
    year: int
    amount_fen: int
    received_on: date
    source_document: str


class FundingVoided(RegistryEvent, aggregate="funding", key="funding_id"):
    """The record was wrong."""

    funding_id: str
    reason: str


class DutyPlanned(RegistryEvent, aggregate="duty", key="station_id"):
    """Who is on duty at a station that day; nobody means a gap."""

    station_id: str
    day: date
    person_ids: tuple[str, ...]


class DutyGapFound(RegistryEvent, aggregate="duty", key="station_id"):
    """Nobody is on duty at a station on a day that is near; `organisation_id` answers for the station."""

    station_id: str
    organisation_id: str
    day: date
    found_at: datetime
