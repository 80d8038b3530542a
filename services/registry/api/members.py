"""`/members`: the roll, and who belongs where. Personal data comes in, and only a masked name goes out."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import select

from services.registry.api import shapes
from services.registry.api.batches import MOST_AT_ONCE, each
from services.registry.api.concerns import of_member
from services.registry.api.looking import Lookup, looked_at, masked_name, who_has
from services.registry.application import roll
from services.registry.application.roll import Entrant, SealedEntrant
from services.registry.domain.member.decider import MEMBER
from services.registry.domain.vocabulary import Id, MemberStatus
from services.registry.projections.tables import MEMBERS, MEMBERSHIPS
from shared.eventstore.executor import Answer
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Unavailable, unknown
from shared.kernel.identifiers.mobile_phone import MobilePhone
from shared.kernel.identifiers.person_name import PersonName
from shared.kernel.identifiers.resident_id import ResidentId
from shared.privacy.blind_index import BlindIndex
from shared.privacy.sealer import Sealer
from shared.runtime.commands import Body, Request, answer
from shared.runtime.definition import Running
from shared.runtime.reading import many, one
from shared.security.access import Access, action, outside_scope
from shared.security.policy import Concern
from shared.web.etag import etag
from shared.web.shapes import answers

Email = Annotated[str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]


class Admission(Body):
    """A member to be entered in the roll."""

    member_id: Id | None = None
    organisation_id: Id
    status: MemberStatus = "formal"
    admitted_on: date
    probation_ends_on: date | None = None
    name: PersonName
    resident_id: ResidentId
    phone: MobilePhone | None = None
    email: Email | None = None

    def entrant(self, member_id: str) -> Entrant:
        return Entrant(**self.model_dump() | {"member_id": member_id})


class Admissions(Body):
    """Several members at once; each is entered or refused on its own."""

    members: list[Admission] = Field(min_length=1, max_length=MOST_AT_ONCE)


class Contact(Body):
    """How the member can be reached from now on; what is left out is no longer a way."""

    phone: MobilePhone | None = None
    email: Email | None = None


def members(running: Running) -> APIRouter:
    """The routes of the roll."""
    router = APIRouter(prefix="/members", tags=["members"])
    sealer, index = _privacy(running)

    async def _admit(unit: UnitOfWork, entrant: SealedEntrant) -> Answer:
        await roll.admit(unit, entrant)
        member_id = entrant.command.member_id
        return Answer(201, {"member_id": member_id, "version": await unit.version(MEMBER, member_id)})

    @router.post("", status_code=201, responses=answers(201, shapes.MEMBER_DONE))
    @action("member.admit")
    async def admit(body: Admission, asked: Request) -> Response:
        await asked.access.check(Concern((body.organisation_id,)))
        [entrant] = await roll.seal(sealer, index, [body.entrant(body.member_id or running.ids())])
        return await answer(running, asked, entrant.command.member_id, lambda unit: _admit(unit, entrant))

    @router.post("/batch", status_code=200, responses=answers(200, shapes.BATCH))
    @action("member.admit")
    async def admit_many(body: Admissions, asked: Request) -> dict[str, Any]:
        entrants = [one_.entrant(one_.member_id or running.ids()) for one_ in body.members]
        may = [await asked.access.allows(Concern((one_.organisation_id,))) for one_ in entrants]
        # Nothing is sealed, and no key made, for somebody whom the actor may not admit.
        sealed = iter(await roll.seal(sealer, index, [one_ for one_, yes in zip(entrants, may, strict=True) if yes]))
        asked_for = [(one_, next(sealed) if yes else None) for one_, yes in zip(entrants, may, strict=True)]

        async def enter(item: tuple[Entrant, SealedEntrant | None]) -> None:
            entrant, ready = item
            if ready is None:
                raise outside_scope()
            await running.executor.run(lambda unit: _admit(unit, ready), asked.cause(entrant.member_id))

        return await each(asked_for, lambda item: item[0].member_id, enter)

    @router.put("/{member_id}/contact", responses=answers(200, shapes.MEMBER_DONE))
    @action("member.change-contact")
    async def change_contact(member_id: Id, body: Contact, asked: Request) -> Response:
        await asked.access.check(await of_member(running, member_id), hidden=unknown("member"))

        async def job(unit: UnitOfWork) -> Answer:
            await roll.change_contact(unit, sealer, index, member_id, body.phone, body.email, asked.expected)
            return Answer(200, {"member_id": member_id, "version": await unit.version(MEMBER, member_id)})

        return await answer(running, asked, member_id, job)

    @router.get("/{member_id}", responses=answers(200, shapes.MEMBER))
    @action("member.read")
    async def read(member_id: Id, response: Response, asked: Request) -> dict[str, Any]:
        row = await one(running, MEMBERS, MEMBERS.c.member_id == member_id, "member")
        await asked.access.check(Concern((row["organisation_id"],)), hidden=unknown("member"))
        row["name"] = await masked_name(sealer, row)
        await looked_at(running, asked, "member.read", {member_id: "done"}, "display")
        response.headers["ETag"] = etag(row["version"])
        return row

    @router.post("/lookup", status_code=200, responses=answers(200, shapes.FOUND))
    @action("member.lookup")
    async def look_up(body: Lookup, response: Response, asked: Request) -> dict[str, Any]:
        found = await who_has(running, index, body)
        rows = await many(running, select(MEMBERS).where(MEMBERS.c.member_id.in_(found)).order_by(MEMBERS.c.member_id))
        shown = [row for row in rows if await asked.access.allows(Concern((row["organisation_id"],)))]
        for row in shown:
            row["name"] = await masked_name(sealer, row)
        became = dict.fromkeys(found, "outside-scope") | {row["member_id"]: "done" for row in shown}
        await looked_at(running, asked, f"member.lookup-by-{body.by}", became, body.purpose)
        response.headers["Cache-Control"] = "no-store"
        return {"members": shown}

    @router.get("/{member_id}/memberships", responses=answers(200, shapes.MEMBERSHIPS))
    @action("member.read")
    async def memberships(member_id: Id, access: Access) -> list[dict[str, Any]]:
        await access.check(await of_member(running, member_id), hidden=unknown("member"))
        query = select(MEMBERSHIPS).where(MEMBERSHIPS.c.member_id == member_id).order_by(MEMBERSHIPS.c.since)
        rows = await many(running, query)
        if not rows:
            raise unknown("member")
        for row, following in zip(rows, [*rows[1:], None], strict=True):
            row["until"] = following["since"] if following else None
        return rows

    return router


def _privacy(running: Running) -> tuple[Sealer, BlindIndex]:
    if running.sealer is None or running.blind_index is None:
        raise Unavailable("no-keyring", "the registry needs the keyring", remedy="set YANZHEN_KEYRING_URL")
    return running.sealer, running.blind_index
