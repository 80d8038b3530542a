"""责任清单: what the holder of a post has to do, as the nearest place's duty list says today (domain W08, Z27)."""

from typing import Any

from services.registry.domain.policy_document.staffing import in_force
from services.registry.domain.vocabulary import PostKind
from services.registry.projections.staffing_tables import POLICY_DOCUMENTS
from shared.kernel.calendar import local_date
from shared.runtime.definition import Running
from shared.security.policy import Concern


async def duties_of(running: Running, kind: PostKind, concern: Concern) -> dict[str, Any] | None:
    """The list by document and version, with its items; None where no place has one for such posts."""
    area = concern.area_code
    if area is None:
        organisations = await running.directory.organisations(concern.organisations)
        area = next((str(row["area_code"]) for row in organisations.values()), "")
    lists = await running.store.find_rows(POLICY_DOCUMENTS.name, {"kind": "duty_list", "about": kind})
    found = in_force(lists, area, local_date(running.clock.now()))
    return None if found is None else {name: found[name] for name in ("document_id", "number", "title", "items")}
