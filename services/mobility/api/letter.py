"""`/transfers/{id}/letter.pdf`: the 介绍信 as it is printed, stamped and carried (domain T6)."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from services.mobility.api.fields import Id
from services.mobility.api.letter_page import Letter, render
from services.mobility.api.member_name import name_of_member
from services.mobility.api.sides import transfer_seen
from shared.kernel.calendar import local_date
from shared.kernel.errors import Refused
from shared.runtime.definition import Running
from shared.security.access import Access, action
from shared.security.policy import Concern

_DEAD = frozenset({"rejected", "withdrawn", "closed", "resent", "lapsed"})
"""In these nobody may take the member in on the letter any more; a print of it says so."""


def letter(running: Running) -> APIRouter:
    """The letter of a transfer."""
    router = APIRouter(prefix="/transfers", tags=["transfers"])

    async def name_of(organisation_id: str | None) -> str | None:
        rows = await running.store.get_rows("organisations", [(organisation_id,)]) if organisation_id else {}
        return next((str(row["name"]) for row in rows.values() if row["name"]), None)

    @router.get("/{transfer_id}/letter.pdf", response_class=Response, responses={200: {"content": {_PDF: {}}}})
    @action("transfer.print-letter")
    async def print_letter(
        transfer_id: Id,
        access: Access,
        name: Annotated[bool, Query(description="false leaves the line of the name to be filled in by hand")] = True,
    ) -> Response:
        """For the source, which prints and stamps it. The registry opens the name for this print and puts that on record;
        sex, age and identity number are written in by hand.
        """
        row = await transfer_seen(running, access, transfer_id)
        await access.check(Concern((row["from_committee_id"],)))
        if row["letter_number"] is None:
            raise Refused(
                "no-letter",
                "this transfer has no letter, or not yet",
                remedy="wait for the last approval; within one committee no letter travels",
            )
        members = await running.store.get_rows("members", [(row["member_id"],)])
        member = members.get((row["member_id"],))
        outside: dict[str, Any] = row["outside"] or {}
        page = Letter(
            number=row["letter_number"],
            from_name=await name_of(row["letter_issued_by"]) or row["letter_issued_by"],
            to_name=outside.get("name") or await name_of(row["to_committee_id"]) or row["to_committee_id"],
            from_branch=await name_of(row["from_branch_id"]) or row["from_branch_id"],
            to_branch=await name_of(row["to_branch_id"]),
            name=await name_of_member(running, member, access.actor.id) if name else None,
            probationary=member is not None and member["status"] == "probationary",
            issued_on=local_date(row["letter_issued_at"]),
            valid_days=row["letter_days"],
            dues_paid_to=row["dues_paid_to"],
            void=row["status"] in _DEAD,
        )
        # A tenth of a second of computing: not on the loop that everybody else waits for.
        document = await asyncio.to_thread(render, page)
        headers = {"Cache-Control": "no-store", "Content-Disposition": 'inline; filename="letter.pdf"'}
        return Response(document, media_type=_PDF, headers=headers)

    return router


_PDF = "application/pdf"
