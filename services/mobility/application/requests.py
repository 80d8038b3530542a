"""提出转接: asking for a transfer, and sending a corrected one in the place of one that came back."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from services.mobility.application.contact import out_of_contact, require_on_the_roll
from services.mobility.application.organisations import AGAIN, Organisations, organisations_above
from services.mobility.application.rules import policy_in_force
from services.mobility.application.steps import known, step
from services.mobility.domain.approval_path import compute_path, path_outward, superiors_of
from services.mobility.domain.lost_contact.decider import LOST_CONTACT
from services.mobility.domain.member_case import MEMBER_CASE, OpenCase
from services.mobility.domain.reach import settle_scope
from services.mobility.domain.terms import Carrying, TransferScope
from services.mobility.domain.transfer.commands import RequestFacts, RequestTransfer, ResendTransfer
from services.mobility.domain.transfer.decider import TRANSFER
from services.mobility.domain.transfer.outside import OutsideCommittee
from services.mobility.domain.transfer.policy import TransferPolicy
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent
from shared.kernel.ids import derived_id

Policies = Callable[[TransferScope], TransferPolicy]
"""What a transfer of that scope is requested under."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks for. Where the member is may be left out, the roll knows; and the scope, which the tree tells."""

    transfer_id: str
    member_id: str
    to_committee_id: str | None
    to_branch_id: str | None
    scope: TransferScope | None
    reason: str
    dues_paid_to: str
    from_branch_id: str | None = None
    from_committee_id: str | None = None
    resent_of: str | None = None
    carrying: Carrying = "electronic"
    outside: OutsideCommittee | None = None
    examination_record: str | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """What is different when a transfer is sent again; None leaves it as it was."""

    transfer_id: str
    to_committee_id: str | None = None
    to_branch_id: str | None = None
    scope: TransferScope | None = None
    reason: str | None = None
    dues_paid_to: str | None = None
    carrying: Carrying | None = None
    outside: OutsideCommittee | None = None
    examination_record: str | None = None


async def request(unit: UnitOfWork, wanted: Wanted, policies: Policies) -> list[DomainEvent]:
    """Ask for a transfer and make it the member's open one, in one work: of two at once, one wins.

    Errors: `member-unknown`, `member-left`, `organisation-unknown`, `organisation-dissolved`, `branch-without-committee`,
    those of the approval path, of the member's case and of the request.
    """
    unit.cause = unit.cause.with_correlation(wanted.transfer_id)
    unit.presume_new(TRANSFER, wanted.transfer_id)
    await unit.prefetch([(MEMBER_CASE, wanted.member_id), (LOST_CONTACT, wanted.member_id)])
    command = await _command(unit, wanted, policies)
    opening = OpenCase(
        member_id=wanted.member_id,
        transfer_id=wanted.transfer_id,
        opened_at=command.requested_at,
        resent_of=wanted.resent_of,
    )
    await unit.handle(MEMBER_CASE, wanted.member_id, opening)
    return await unit.handle(TRANSFER, wanted.transfer_id, command)


async def resend(
    unit: UnitOfWork,
    transfer_id: str,
    by: str,
    correction: Correction,
    policies: Policies,
    expected: int | None,
) -> list[DomainEvent]:
    """End a transfer that came back by one that takes its place; both happen, or neither does.

    Errors: those of both. A destination that changes takes the branch of the old one, and its scope, with it.
    """
    old = (await known(unit, transfer_id)).asked
    command = ResendTransfer(resent_by=by, resent_as=correction.transfer_id, resent_at=unit.clock.now())
    await step(unit, transfer_id, command, expected)
    outside = correction.outside or (None if correction.to_committee_id else old.outside)
    moved = correction.outside is not None or correction.to_committee_id not in (None, old.to_committee_id)
    to_committee_id = None if outside else correction.to_committee_id or old.to_committee_id
    wanted = Wanted(
        transfer_id=correction.transfer_id,
        member_id=old.member_id,
        to_committee_id=to_committee_id,
        to_branch_id=correction.to_branch_id or (None if moved else old.to_branch_id),
        scope=correction.scope or (None if moved else old.scope),
        reason=correction.reason or old.reason,
        dues_paid_to=correction.dues_paid_to or old.dues_paid_to,
        from_branch_id=old.from_branch_id,
        from_committee_id=old.from_committee_id,
        resent_of=transfer_id,
        carrying=correction.carrying or old.carrying,
        outside=outside,
        examination_record=correction.examination_record or old.examination_record,
    )
    return await request(unit, wanted, policies)


async def _command(unit: UnitOfWork, wanted: Wanted, policies: Policies) -> RequestTransfer:
    """The request with all that the decision needs: who is where, who approves, who is above whom."""
    member = await unit.row("members", wanted.member_id)
    if member is None:
        raise Refused("member-unknown", f"there is no member {wanted.member_id}", remedy=AGAIN, where="member_id")
    require_on_the_roll(member)
    to_committee_id = _receiver(wanted)
    from_branch_id = wanted.from_branch_id or str(member["organisation_id"])
    organisations = await organisations_above(
        unit,
        from_branch_id=from_branch_id,
        from_committee_id=wanted.from_committee_id,
        to_committee_id=None if wanted.outside else to_committee_id,
        to_branch_id=wanted.to_branch_id,
    )
    if wanted.outside is None:
        organisations.require_active(to_committee_id=to_committee_id, to_branch_id=wanted.to_branch_id)
    home = organisations.committee_of(from_branch_id, wanted.from_committee_id)
    from_committee_id = wanted.from_committee_id or home
    if wanted.outside is None:
        ends = from_committee_id, to_committee_id
        scope = settle_scope(organisations.tree, organisations.areas, *ends, wanted.scope)
        path = compute_path(organisations.tree, *ends, scope)
    else:
        scope = wanted.scope or "national"
        path = path_outward(organisations.tree, from_committee_id)
    holders = {*path, from_committee_id} | ({to_committee_id} if wanted.outside is None else set())
    from_area_code = organisations.rows[from_branch_id]["area_code"]
    asked = replace(
        wanted,
        from_branch_id=from_branch_id,
        from_committee_id=from_committee_id,
        to_committee_id=to_committee_id,
        scope=scope,
    )
    return RequestTransfer(
        **{field: getattr(asked, field) for field in Wanted.__dataclass_fields__},
        approval_path=path,
        superiors=superiors_of(organisations.tree, sorted(holders)),
        policy=await policy_in_force(unit, policies(scope), from_area_code, scope),
        facts=RequestFacts(
            member_branch_id=member["organisation_id"],
            member_lost=await out_of_contact(unit, wanted.member_id),
            probationary=member["status"] == "probationary",
            probation_ends_on=member["probation_ends_on"],
            admitted_on=member["admitted_on"],
            from_branch_committee_id=home,
            to_branch_committee_id=_destination(organisations, asked),
            from_committee_can_approve=organisations.can_approve(from_committee_id),
            # What a committee outside may do is not ours to know; the superior on the path looks at it (domain T2).
            to_committee_can_approve=wanted.outside is not None or organisations.can_approve(to_committee_id),
        ),
        requested_at=unit.clock.now(),
        from_area_code=from_area_code,
        to_area_code=wanted.outside.area_code if wanted.outside else organisations.rows[to_committee_id]["area_code"],
    )


def _receiver(wanted: Wanted) -> str:
    """Errors (`Invalid`): `one-destination`. A committee outside is named after what it is called, so that repeats meet."""
    if (wanted.to_committee_id is None) == (wanted.outside is None):
        raise Invalid(
            "one-destination",
            "a transfer goes to a committee of our tree or to one outside, not to both or none",
            remedy="give either to_committee_id or outside",
            where="to_committee_id",
        )
    if wanted.outside is not None:
        return derived_id("outside-committee", wanted.outside.area_code, wanted.outside.name)
    return str(wanted.to_committee_id)


def _destination(organisations: Organisations, wanted: Wanted) -> str | None:
    if wanted.to_branch_id is None:
        return None
    return organisations.committee_of(wanted.to_branch_id, wanted.to_committee_id)
