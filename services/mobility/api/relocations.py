"""`/relocations`: who has it and who does not yet, and acknowledging it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy import select

from services.mobility.api import shapes
from services.mobility.api.concerns import acts_for
from services.mobility.api.fields import Act, Id
from services.mobility.api.sides import concern_of, transfer_seen
from services.mobility.application.acknowledgements import acknowledge
from services.mobility.processes.relocation.decider import RELOCATION
from services.mobility.projections.missing import missing
from services.mobility.projections.tables import PROPAGATION, RELOCATIONS
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.observability.tracing import concerns
from shared.runtime.commands import Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import many, one
from shared.security.access import Access, Permit, action
from shared.security.policy import Concern
from shared.web.etag import etag
from shared.web.shapes import answers


class Acknowledgement(Act):
    """Which party has it, and who says so."""

    party_id: Id


async def _speaks_for(access: Permit, party: Mapping[str, Any], row: Mapping[str, Any]) -> Concern:
    """Who may confirm for a party: an office for itself, a system for itself; for a person also whoever sees the transfer,
    since members have no access of their own.
    """
    kind, ref_id = party["kind"], party["ref_id"]
    if kind == "organisation":
        return Concern((ref_id,))
    if kind == "station":
        return Concern(await access.organisation_of_station(ref_id))
    if kind == "member":
        return replace(concern_of(row), persons=(ref_id,))
    return Concern(persons=(ref_id,))


def relocations(running: Running) -> APIRouter:
    """The propagation ledger."""
    router = APIRouter(prefix="/relocations", tags=["relocations"])

    @router.post("/{relocation_id}/acknowledgements", status_code=201, responses=answers(201, shapes.PARTY_DONE))
    @action("relocation.acknowledge")
    async def record(relocation_id: Id, body: Acknowledgement, asked: Request) -> Response:
        row = await transfer_seen(running, asked.access, relocation_id, "relocation")
        await asked.access.acts_for(body.by)
        party = next((one for one in row["parties"] or [] if one["party_id"] == body.party_id), None)
        if party is not None:
            await asked.access.check(await _speaks_for(asked.access, party, row))
            if party["kind"] == "organisation":
                await acts_for(running, asked.access, body.by, party["ref_id"])

        async def job(unit: UnitOfWork) -> Answer:
            await acknowledge(unit, relocation_id, body.party_id, body.by, asked.expected)
            version = await unit.version(RELOCATION, relocation_id)
            return Answer(201, {"relocation_id": relocation_id, "party_id": body.party_id, "version": version})

        concerns(relocation_id)
        return await answer(running, asked, relocation_id, job)

    @router.get("/{relocation_id}", responses=answers(200, shapes.RELOCATION))
    @action("relocation.read")
    async def read(relocation_id: Id, response: Response, access: Access) -> dict[str, Any]:
        begun = (RELOCATIONS.c.relocation_id == relocation_id) & RELOCATIONS.c.accepted_at.is_not(None)
        row = await one(running, RELOCATIONS, begun, "relocation")
        accepted = await transfer_seen(running, access, relocation_id, "relocation")
        required = (PROPAGATION.c.relocation_id == relocation_id) & PROPAGATION.c.number.is_not(None)
        steps = await many(running, select(PROPAGATION).where(required).order_by(PROPAGATION.c.number))
        response.headers["ETag"] = etag(row["version"])
        by_party: dict[str, dict[str, Any]] = defaultdict(dict)
        for step in steps:
            shown = {"state": step["state"] or "pending", "at": step["at"], "detail": step["detail"]}
            by_party[step["party_id"]][step["step"]] = shown
        services = {step["party_id"] for step in steps if step["step"] == "applied"}
        return row | {
            "services": {service: by_party[service]["applied"] for service in sorted(services)},
            "parties": [party | {"steps": by_party.get(party["party_id"], {})} for party in accepted["parties"]],
            "missing": missing(steps),
        }

    return router
