"""非建库转入: a letter from outside is registered by the committee it was brought to, and answered on our roll."""

from datetime import date, timedelta

from services.mobility.application.organisations import organisations_above
from services.mobility.domain.inbound_letter.commands import AcceptLetter, RegisterLetter
from services.mobility.domain.inbound_letter.decider import INBOUND_LETTER
from services.mobility.domain.inbound_letter.events import PaperCarrying
from services.mobility.domain.transfer.outside import OutsideCommittee
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import end_of_day, local_date
from shared.kernel.errors import Refused
from shared.kernel.ids import derived_id


def letter_id(outside: OutsideCommittee, letter_number: str) -> str:
    """One letter is one case, whoever registers it: its number is unique with whom it was issued by (domain T6)."""
    return derived_id("inbound-letter", outside.area_code, outside.name, letter_number)


async def register(
    unit: UnitOfWork,
    by: str,
    outside: OutsideCommittee,
    letter_number: str,
    valid_until: date,
    dues_paid_to: str,
    carrying: PaperCarrying,
    answer_days: int,
) -> None:
    """Errors: `organisation-unknown`, `organisation-dissolved`, `not-an-endpoint` (domain T2), and the letter's own."""
    tree = await organisations_above(unit, by=by)
    tree.require_active(by=by)
    if not tree.can_approve(by):
        raise Refused(
            "not-an-endpoint",
            f"{by} cannot approve probationary members, so no letter is addressed to it",
            remedy="let the committee above it register the letter",
            where="by",
        )
    now = unit.clock.now()
    identity = letter_id(outside, letter_number)
    command = RegisterLetter(
        letter_id=identity,
        committee_id=by,
        superior_id=tree.rows[by]["parent_id"],
        outside=outside,
        letter_number=letter_number,
        valid_until=valid_until,
        dues_paid_to=dues_paid_to,
        carrying=carrying,
        registered_by=by,
        due_at=end_of_day(local_date(now + timedelta(days=answer_days))),
        registered_at=now,
    )
    await unit.handle(INBOUND_LETTER, identity, command)


async def accept(
    unit: UnitOfWork, identity: str, by: str, member_id: str, branch_id: str, expected: int | None
) -> None:
    """Errors: `organisation-unknown`, `organisation-dissolved`, `branch-without-committee`, and the letter's own."""
    tree = await organisations_above(unit, branch_id=branch_id)
    tree.require_active(branch_id=branch_id)
    member = await unit.row("members", member_id)
    on_the_roll = member is not None and member["left_on"] is None
    command = AcceptLetter(
        member_id=member_id,
        branch_id=branch_id,
        roll_branch_id=member["organisation_id"] if member is not None and on_the_roll else None,
        branch_committee_id=tree.committee_of(branch_id, by),
        accepted_by=by,
        accepted_at=unit.clock.now(),
    )
    await unit.handle(INBOUND_LETTER, identity, command, expected=expected)
