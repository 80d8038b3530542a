"""Looking at a site against the version of a checklist that holds on that day."""

from datetime import date

from services.registry.application.scopes import organisation_of, require
from services.registry.domain.inspection.commands import InspectSite, Result
from services.registry.domain.inspection.decider import INSPECTION
from services.registry.domain.policy_document.staffing import in_force
from services.registry.domain.vocabulary import Scope
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Refused
from shared.kernel.event import DomainEvent


async def inspect(
    unit: UnitOfWork,
    inspection_id: str,
    scope: Scope,
    scope_id: str,
    standard: str,
    results: tuple[Result, ...],
    inspected_on: date,
    inspected_by: str,
    person_id: str,
    rectify_by: date | None,
) -> list[DomainEvent]:
    """The nearest place's checklist about that standard counts. Raises `Refused`: `no-checklist`."""
    place = await require(unit, scope, scope_id)
    versions = await unit.rows("policy_documents", kind="site_checklist", about=standard)
    checklist = in_force(versions, place.area_code, inspected_on)
    if checklist is None:
        raise Refused(
            "no-checklist",
            f"no checklist about {standard} holds in {place.area_code} on {inspected_on}",
            remedy="issue one as a policy document of kind site_checklist, or name another standard",
            where="standard",
        )
    command = InspectSite(
        inspection_id=inspection_id,
        scope=scope,
        scope_id=scope_id,
        organisation_id=organisation_of(scope, scope_id, place),
        document_id=checklist["document_id"],
        number=checklist["number"],
        items={item["code"]: item["required"] for item in checklist["items"]},
        results=results,
        inspected_on=inspected_on,
        inspected_by=inspected_by,
        person_id=person_id,
        rectify_by=rectify_by,
    )
    return await unit.handle(INSPECTION, inspection_id, command)
