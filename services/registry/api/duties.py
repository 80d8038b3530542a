"""责任清单: what the holder of a post has to do, as the nearest place's duty list says today (domain W08, Z27); and lists of
other kinds as they hold at a place.
"""

from datetime import date
from typing import Any

from services.registry.domain.policy_document.staffing import in_force
from services.registry.domain.vocabulary import PolicyKind, PostKind
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
    return await list_in_force(running, "duty_list", kind, area, local_date(running.clock.now()))


async def list_in_force(
    running: Running, kind: PolicyKind, about: str, area_code: str, day: date
) -> dict[str, Any] | None:
    """What a list of that kind says at a place on that day, by document and version; None where no place has one."""
    lists = await running.store.find_rows(POLICY_DOCUMENTS.name, {"kind": kind, "about": about})
    found = in_force(lists, area_code, day)
    return None if found is None else {name: found[name] for name in ("document_id", "number", "title", "items")}
