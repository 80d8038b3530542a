"""Whose year is appraised, by which two organisations, and who decides: read from the care and the tree."""

from typing import Any

from services.mobility.application.organisations import organisations_above
from services.mobility.domain.appraisal.commands import Side, Standard
from services.mobility.domain.care.decider import CARE
from services.mobility.domain.care.state import Care
from services.mobility.domain.care_terms import PartyRole
from services.mobility.domain.form.decider import FORM, Form
from services.mobility.domain.form.items import FormKind
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date
from shared.kernel.errors import Forbidden, Refused


async def sides_of(unit: UnitOfWork, care_id: str, by: str) -> dict[str, Any]:
    """The two sides and the body, which is what stands above the origin. A member on probation is not graded (§1.8).

    Errors: `one-side-only`, `not-your-side`, `member-not-graded`, and of `Care.begun`.
    """
    care: Care = await unit.state(CARE, care_id)
    established = care.begun
    partner: PartyRole = "station" if "station" in care.parties else "destination"
    if partner not in care.parties:
        raise Refused("one-side-only", "nobody but the origin cares for the member", remedy="open the file first")
    sides = (_side(care, "origin"), _side(care, partner))
    body = sides[0].superior_id or sides[0].organisation_id
    tree = await organisations_above(unit, body_id=body)
    tree.require_active(body_id=body)
    if by not in (body, *(side.organisation_id for side in sides)):
        raise Forbidden(
            "not-your-side", f"it is opened by one of both sides or by {body}", remedy="let one of them", where="by"
        )
    member = await unit.row("members", established.member_id)
    if member is not None and member["status"] == "probationary":
        raise Refused("member-not-graded", "a member on probation takes part and is not graded", remedy="talk instead")
    return {
        "member_id": established.member_id,
        "sides": sides,
        "body_id": body,
        "superior_id": tree.rows[body]["parent_id"],
        "since_year": local_date(established.established_at).year,
    }


def _side(care: Care, role: PartyRole) -> Side:
    party = care.parties[role]
    return Side(role=role, organisation_id=party.organisation_id, superior_id=party.superior_id)


async def standard(unit: UnitOfWork, form_id: str, version: int, kind: FormKind) -> Standard:
    """That version of the form. Errors: of `Form.cited`."""
    form: Form = await unit.state(FORM, form_id)
    return Standard(form_id=form_id, form_version=version, items=form.cited(version, kind).items)
