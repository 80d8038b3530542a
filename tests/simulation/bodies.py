"""Named bodies at work: they decide what was proposed to them, and compare once a year what left with what arrived."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from services.mobility.domain.collective.decider import COLLECTIVE, DecideTemporaryBranch
from services.mobility.domain.lost_contact.commands import DecideLoss
from services.mobility.domain.lost_contact.decider import LOST_CONTACT
from services.mobility.domain.reconciliation.decider import RECONCILIATION, FinishReconciliation
from services.mobility.domain.reconciliation.mismatch import Sent, mismatches
from services.mobility.domain.retained_relation.decider import RETAINED_RELATION, EndRetention
from shared.eventstore.rows import Row
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date
from shared.kernel.ids import derived_id
from tests.simulation.clerk import Clerk
from tests.support.sealed_words import sealed_words

if TYPE_CHECKING:
    from tests.simulation.world import World


async def sitting(clerk: Clerk) -> None:
    """A committee meets: it goes through what was proposed to it, and says yes or no; sometimes two record it at once."""
    rows = clerk.world.stores["mobility"].data.rows
    lost = [row for _, row in sorted(rows.get("lost_contacts", {}).items()) if row["proposal"]]
    places = [row for _, row in sorted(rows.get("branch_proposals", {}).items()) if row["decided_at"] is None]
    kept = [row for _, row in sorted(rows.get("retained_relations", {}).items()) if row["open"]]
    for row in clerk.rng.sample(lost, min(len(lost), 3)):
        await clerk.at_once(*(_judge(clerk, row) for _ in range(clerk.rng.choice((1, 1, 2)))))
    for row in places[:2]:
        await _branch(clerk, row)
    for row in kept[:1]:
        await _relation(clerk, row)


def _judge(clerk: Clerk, row: Row) -> Any:
    # As the list stood when the body met: the row is the store's own, and changes when somebody else is quicker.
    member, proposal, agreed = str(row["member_id"]), row["proposal"], clerk.rng.random() < 0.6

    async def job(unit: UnitOfWork) -> Any:
        now = unit.clock.now()
        await unit.handle(LOST_CONTACT, member, DecideLoss(
            proposal=proposal, agreed=agreed, decided_by=row["branch_id"], approved_by=row["committee_id"],
            person_id="secretary", decided_on=local_date(now), text=sealed_words("经支部大会讨论"), decided_at=now,
        ))  # fmt: skip
        return {"member_id": member}

    return clerk.ask("mobility", "decide", job, member)


def _branch(clerk: Clerk, row: Row) -> Any:
    proposal, agreed = str(row["proposal_id"]), clerk.rng.random() < 0.5

    async def job(unit: UnitOfWork) -> Any:
        await unit.handle(COLLECTIVE, proposal, DecideTemporaryBranch(
            agreed=agreed, consulted_id="elsewhere-c" if agreed else None, text="经研究", decided_by=row["body_id"],
            decided_at=unit.clock.now(),
        ))  # fmt: skip
        return {"proposal_id": proposal}

    return clerk.ask("mobility", "temporary branch", job, proposal)


def _relation(clerk: Clerk, row: Row) -> Any:
    retention = str(row["retention_id"])

    async def job(unit: UnitOfWork) -> Any:
        now = unit.clock.now()
        await unit.handle(RETAINED_RELATION, retention, EndRetention(
            decision="returned", decided_by=row["committee_id"], reason="已返乡", decided_on=local_date(now), ended_at=now,
        ))  # fmt: skip
        return {"retention_id": retention}

    return clerk.ask("mobility", "end retention", job, retention)


async def reconciliation(clerk: Clerk) -> None:
    """年度核对 of one committee."""
    committee = clerk.rng.choice(clerk.world.committees)
    run_id = derived_id("run", clerk.name)

    async def job(unit: UnitOfWork) -> Any:
        now = unit.clock.now()
        sent = [one for one in transfers_sent(clerk.world) if committee in (one.from_committee_id, one.to_committee_id)]
        found = tuple(mismatches(sent, None, now))
        await unit.handle(RECONCILIATION, committee, FinishReconciliation(
            organisation_id=committee, run_id=run_id, compared=len(sent), mismatches=found, as_of=now, run_by="someone",
        ))  # fmt: skip
        return {"run_id": run_id}

    await clerk.ask("mobility", "reconcile", job, run_id)


def transfers_sent(world: "World") -> Iterator[Sent]:
    """Every transfer as the query of `/reconciliations` reads it."""
    rows = world.stores["mobility"].data.rows
    members = rows.get("members", {})
    transfers = rows.get("transfers", {}).values()
    latest: dict[str, Any] = {}
    for row in transfers:
        at = row.get("accepted_at")
        if at is not None and at > latest.get(row["member_id"], at):
            latest[row["member_id"]] = at
        elif at is not None:
            latest.setdefault(row["member_id"], at)
    for _, row in sorted(rows.get("transfers", {}).items()):
        at, given = row.get("accepted_at"), {name: row.get(name) for name in Sent.__dataclass_fields__}
        later = at is not None and latest[row["member_id"]] > at
        yield Sent(**given | {
            "outside": row.get("outside") is not None, "moved_on_since": later,
            "roll_branch_id": members.get((row["member_id"],), {}).get("organisation_id"),
        })  # fmt: skip
