"""Public events of units that are worked with until something can be founded in them (逐步组建)."""

from datetime import date, datetime

from shared.contracts.registry.terms import FormationMode, OrganisationKind, RegistryEvent, WorkMeans


class RipeningStepOverdue(RegistryEvent, aggregate="ripening", key="uscc"):
    """The day of a step passed without it; `revision` counts the plans of the unit."""

    uscc: str
    revision: int
    means: WorkMeans
    due_on: date
    responsible_id: str
    found_at: datetime


class UnitRipened(RegistryEvent, aggregate="ripening", key="uscc"):
    """By the rules of its area the unit must have an organisation now: founding one is proposed to whoever is responsible."""

    uscc: str
    revision: int
    responsible_id: str
    ripe_on: date
    mode: FormationMode | None
    organisation_kind: OrganisationKind | None
    why: str
