"""Assessment on either store, with the registry played by the test."""

from datetime import UTC, date, datetime
from typing import Any, cast

import httpx

from services.assessment.application.reactions import follows
from services.assessment.model import MODEL
from services.assessment.service import SERVICE
from shared.contracts import registry
from shared.contracts.base import PublicEvent
from shared.eventstore.store import Store
from shared.kernel.clock import ShiftedClock
from shared.observability.metrics import Metrics
from shared.runtime.definition import Running
from shared.runtime.settings import ServiceSettings
from shared.web.app import create_app
from tests.support.documented import as_documented
from tests.support.hearing import Ear
from tests.support.identity import department, guard
from tests.support.kernel import assemble

SEALED = "sealed:1:key:" + "A" * 40
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
RULES = {
    "version": 1,
    "title": "指导员季度考评办法",
    "effective_from": "2026-01-01",
    "items": [
        {"id": "visits", "title": "走访", "max_score": 60},
        {"id": "reports", "title": "报告", "max_score": 20, "weight": 2},
    ],
    "source_document": "京组发〔2026〕1号",
}


class World:
    """The service, what the registry says to it, and its API in process."""

    def __init__(self, store: Store) -> None:
        self.clock = ShiftedClock(NOW - datetime.now(UTC))
        self.store = store
        self.kernel = assemble(MODEL, store, self.clock)
        self._ear = Ear(self.kernel, MODEL, follows())
        nothing = cast("Any", None)
        running = Running(
            ServiceSettings(database_url="nowhere"), MODEL, nothing, store, self.kernel.executor, nothing, nothing,
            self.clock, self.kernel.executor.ids, Metrics(),
        )  # fmt: skip
        app = create_app(
            title="assessment", version="0", routers=list(SERVICE.routers(running)), guard=guard(running),
            access_log=False,
        )  # fmt: skip
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(
            transport=transport, base_url="http://assessment", headers=department("w"), event_hooks=as_documented(app)
        )

    async def settle_in(self) -> "World":
        """A tree of three levels with a station at the committee, and instructors here and there."""
        for key, parent in (("w", None), ("c1", "w"), ("c2", "w"), ("b1", "c1"), ("b2", "c2"), ("b3", "c2")):
            await self.found(key, parent)
        await self.hear(
            registry.StationOpened(
                station_id="s2", name="站", kind="town", area_code="110101", organisation_id="c2"
            )
        )  # fmt: skip
        await self.hear(
            registry.StationOpened(
                station_id="s0", name="市站", kind="guidance", area_code="110101", organisation_id="w"
            )
        )  # fmt: skip
        for person, scope, scope_id in (
            ("i-city", "organisation", "w"), ("i-b1", "organisation", "b1"), ("i-station", "station", "s2"),
            ("i-far-station", "station", "s0"), ("i-unit", "unit", "U-b2"), ("i-b3", "organisation", "b3"),
        ):  # fmt: skip
            await self.assign(person, scope, scope_id)
        await self.assign("liaison", "organisation", "b2", kind="liaison")
        return self

    async def found(self, key: str, parent: str | None) -> None:
        await self.hear(
            registry.PartyOrganisationFounded(
                organisation_id=key, name=key, kind="committee", parent_id=parent, area_code="110101",
                can_approve_probationary=False, unit_uscc=f"U-{key}" if key.startswith("b") else None,
            )
        )  # fmt: skip

    async def assign(self, person: str, scope: Any, scope_id: str, *, kind: Any = "instructor", post: str = "") -> None:
        await self.hear(
            registry.PostAssigned(
                post_id=post or f"post-{person}", kind=kind, person_id=person, scope=scope, scope_id=scope_id,
                since=date(2026, 1, 1),
            )
        )  # fmt: skip

    async def leave(self, person: str, scope: Any, scope_id: str, until: date) -> None:
        await self.hear(
            registry.PostLeft(
                post_id=f"post-{person}", kind="instructor", person_id=person, scope=scope, scope_id=scope_id, until=until
            )
        )  # fmt: skip

    async def admit(self, member: str, branch: str = "b1") -> None:
        await self.hear(
            registry.MemberAdmitted.model_validate(
                {"member_id": member, "organisation_id": branch, "status": "formal", "admitted_on": "2020-01-01",
                 "name": SEALED}
            )
        )  # fmt: skip

    async def move(self, member: str, origin: str, to: str, transfer: str = "t1", at: datetime = NOW) -> None:
        await self.hear(
            registry.MembershipMoved(
                member_id=member, from_organisation_id=origin, to_organisation_id=to, transfer_id=transfer, moved_at=at
            )
        )  # fmt: skip

    async def hear(self, event: PublicEvent) -> None:
        """Handle one event as a consumer does."""
        await self._ear.hear(event)

    async def roster(self, member: str, of: str = "w") -> dict[str, Any]:
        """As the department of that organisation sees it."""
        return cast("dict[str, Any]", (await self.http.get(f"/roster/{member}", headers=department(of))).json())

    async def opened(self) -> "World":
        """Rules adopted and the quarter open."""
        assert (await self.http.post("/rule-sets/r/versions", json=RULES)).status_code == 201
        body = {"rule_set_id": "r", "closes_on": "2026-12-31"}
        assert (await self.http.post("/quarters/2026Q4/opening", json=body)).status_code == 201
        return self
