"""Where each fact of a unit comes from (domain Y13): the list, the outside system, the survey or the entry that said so last.

Nothing is kept for this: every event says whose act it was.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.registry.domain.unit.events import UnitChanged, UnitRegistered, UnitSurveyed
from services.registry.domain.unit.facts import known
from shared.eventstore.model import ServiceModel
from shared.eventstore.records import StoredEvent
from shared.eventstore.store import Store
from shared.kernel.calendar import local_date

_SYSTEM = "outside:"
"""What the inbound door puts before the name of a system (`shared/messaging/inbound.py`)."""


async def sources(store: Store, model: ServiceModel, stored: Sequence[StoredEvent]) -> dict[str, dict[str, Any]]:
    """By fact: who said what stands there now, and from which day on. `stored` are the events of a unit, in order.

    A list or a survey that finds a fact as it is known changes nothing, and is not its source.
    """
    stories = {str(one.meta.get("correlation_id")) for one in stored}
    rows = await store.get_rows("lists", [(one,) for one in sorted(stories)])
    lists = {row["list_id"]: row for row in rows.values()}
    found: dict[str, dict[str, Any]] = {}
    for one, following in _pairs(stored):
        event = model.decode(one)
        if isinstance(event, UnitRegistered | UnitChanged):
            surveyed = model.decode(following) if following is not None and _at_once(one, following) else None
            said = _said(one, lists, surveyed) | {"on": event.on or local_date(one.recorded_at)}
            found |= dict.fromkeys(known(event), said)
    return found


def _said(one: StoredEvent, lists: Mapping[str, Mapping[str, Any]], surveyed: object) -> dict[str, Any]:
    actor, story = str(one.meta.get("actor")), one.meta.get("correlation_id")
    if isinstance(surveyed, UnitSurveyed):
        return {"source": "survey", "said_by": surveyed.surveyed_by, "list_id": None}
    if row := lists.get(str(story)):
        return {"source": row["source"], "said_by": row["brought_by"], "list_id": story}
    if actor.startswith(_SYSTEM):
        return {"source": "system", "said_by": actor.removeprefix(_SYSTEM), "list_id": None}
    return {"source": "entry", "said_by": actor, "list_id": None}


def _pairs(stored: Sequence[StoredEvent]) -> Iterable[tuple[StoredEvent, StoredEvent | None]]:
    return zip(stored, [*stored[1:], None], strict=True)


def _at_once(one: StoredEvent, following: StoredEvent) -> bool:
    """Whether one request brought both about."""
    return one.recorded_at == following.recorded_at and one.meta == following.meta
