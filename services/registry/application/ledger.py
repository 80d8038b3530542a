"""一企一台账: one ledger per unit (domain §4.3 Y11, Y15). It is the unit's own history: added to, never overwritten."""

from collections.abc import Mapping
from typing import Any, Final

from services.registry.application.sources import sources
from services.registry.domain.formation_plan.decider import FORMATION_PLAN
from services.registry.domain.unit.decider import UNIT
from services.registry.domain.unit.survey import PARTS
from shared.eventstore.model import ServiceModel
from shared.eventstore.store import Store
from shared.kernel.calendar import local_date

REQUIRED: Final = ("ownership", "staff", "owner_identity", "operation", "member_source")
"""台账五项: 企业性质、职工人数、业主身份、经营状况、党员来源 (domain §4.3 Y15)."""

_NOT_SAID: Final = {"uscc", "standing"}


async def ledger(store: Store, model: ServiceModel, unit: Mapping[str, Any]) -> dict[str, Any]:
    """The ledger of a unit, whose row is given."""
    uscc = unit["uscc"]
    streams = {UNIT.stream(uscc): 0, FORMATION_PLAN.stream(uscc): 0}
    streamed = await store.read_streams(streams)
    stored = [one for events in streamed.values() for one in events]
    clear = unit["clear_parts"] or []
    [*plans] = (await store.get_rows("formation_plans", [(uscc,)])).values()
    posts = await store.find_rows("posts", {"scope": "unit", "scope_id": uscc, "until": None})
    return {
        "unit": dict(unit),
        "missing": [name for name in REQUIRED if unit[name] is None],
        "sources": await sources(store, model, streamed.get(UNIT.stream(uscc), [])),
        "survey": {"on": unit["surveyed_on"], "clear": len(clear), "of": len(PARTS),
                   "unclear": [part for part in PARTS if part not in clear]},
        "covers": await store.find_rows("unit_covers", {"uscc": uscc}),
        "posts": [{name: row[name] for name in ("post_id", "kind", "person_id", "since")} for row in posts],
        "plan": plans[0] if plans else None,
        "entries": [
            {
                "kind": one.type,
                "on": one.data.get("on") or one.data.get("closed_on") or local_date(one.recorded_at).isoformat(),
                "recorded_at": one.recorded_at,
                "by": one.meta.get("actor"),
                "said": model.decode(one).model_dump(mode="json", exclude_none=True, exclude=_NOT_SAID),
            }
            for one in sorted(stored, key=lambda one: one.seq)
        ],
    }  # fmt: skip
