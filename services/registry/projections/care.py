"""What mobility says of the care for members who are away."""

from typing import Any

from services.registry.projections.care_tables import MEMBER_CARE
from shared.contracts import mobile_members as away
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Put, RowChange


def _care(care_id: str, **columns: Any) -> list[RowChange]:
    return [Put(MEMBER_CARE.name, (care_id,), {"care_id": care_id} | columns)]


def _established(event: away.CareEstablished, _: Fact) -> list[RowChange]:
    lead = event.origin_branch_id if event.lead == "origin" else None
    return _care(**event.model_dump(), lead_organisation_id=lead)


def _filed(event: away.MobileFileOpened, _: Fact) -> list[RowChange]:
    said = event.model_dump(include={"member_id", "station_id", "destination_organisation_id", "grid_id"})
    return _care(event.departure_id, **said, group_ids=list(event.group_ids))


def _lead_changed(event: away.CareLeadChanged, _: Fact) -> list[RowChange]:
    lead = {"lead_organisation_id": event.organisation_id, "lead_person_id": event.person_id}
    return _care(event.care_id, lead=event.to_role, **lead)


def _ended(event: away.CareEnded, _: Fact) -> list[RowChange]:
    return _care(event.care_id, ended_at=event.ended_at)


CARE = Projection(
    "member_care",
    1,
    (MEMBER_CARE.name,),
    {},
    {
        away.CareEstablished: _established,
        away.MobileFileOpened: _filed,
        away.CareLeadChanged: _lead_changed,
        away.CareEnded: _ended,
    },
)
