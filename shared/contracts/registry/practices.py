"""Public events of practices: 载体、特色、品牌、挂牌、合同条款、活动场所建设."""

from datetime import date

from shared.contracts.registry.terms import PracticeKind, RegistryEvent, Scope


class PracticeBegun(RegistryEvent, aggregate="practice", key="practice_id"):
    """An organisation, a unit or a place does something in a way of its own, as a body recognised; what is written about it
    stays in the registry.
    """

    practice_id: str
    kind: PracticeKind
    scope: Scope
    scope_id: str
    organisation_id: str
    name: str
    aspect: str | None
    approved_by: str
    since: date


class PracticeEnded(RegistryEvent, aggregate="practice", key="practice_id"):
    """It stood until that day."""

    practice_id: str
    kind: PracticeKind
    scope: Scope
    scope_id: str
    since: date
    until: date
