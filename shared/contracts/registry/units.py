"""Public events of units (企业、社会组织) and of the plans by which they get an organisation (一企一对策)."""

from datetime import date, datetime

from shared.contracts.registry.terms import (
    FormationMode,
    RegistryEvent,
    UnitKind,
)


class UnitRegistered(RegistryEvent, aggregate="unit", key="uscc"):
    """A 两新组织 was entered, keyed by its 统一社会信用代码."""

    uscc: str
    name: str
    kind: UnitKind
    area_code: str
    staff: int | None = None


class UnitChanged(RegistryEvent, aggregate="unit", key="uscc"):
    """Facts of a unit changed; only the changed ones are given."""

    uscc: str
    name: str | None = None
    area_code: str | None = None
    staff: int | None = None


class UnitClosed(RegistryEvent, aggregate="unit", key="uscc"):
    """A unit ceased to operate."""

    uscc: str
    closed_on: date
    reason: str


class UnitCovered(RegistryEvent, aggregate="unit", key="uscc"):
    """A party organisation covers the unit from that day on, formed in that way (组织覆盖)."""

    uscc: str
    organisation_id: str
    mode: FormationMode
    on: date


class UnitCoverEnded(RegistryEvent, aggregate="unit", key="uscc"):
    """The organisation, which covered the unit since that day, does so no longer; `on` is the first day without it."""

    uscc: str
    organisation_id: str
    since: date
    on: date
    reason: str


class FormationPlanAdopted(RegistryEvent, aggregate="formation-plan", key="uscc"):
    """When, how and by when the unit shall get an organisation, and whom to ask (一企一对策)."""

    uscc: str
    revision: int
    mode: FormationMode
    start_on: date
    due_on: date
    contact_person_id: str
    responsible_id: str


class FormationPlanOverdue(RegistryEvent, aggregate="formation-plan", key="uscc"):
    """The day of the plan passed and no organisation covers the unit."""

    uscc: str
    revision: int
    due_on: date
    contact_person_id: str
    responsible_id: str
    overdue_at: datetime


class FormationPlanFulfilled(RegistryEvent, aggregate="formation-plan", key="uscc"):
    """An organisation covers the unit; `mode` is how it came about."""

    uscc: str
    revision: int
    organisation_id: str
    mode: FormationMode
    on: date


class FormationPlanAbandoned(RegistryEvent, aggregate="formation-plan", key="uscc"):
    """The plan was given up."""

    uscc: str
    revision: int
    responsible_id: str
    reason: str
