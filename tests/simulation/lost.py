"""失联 as people live it: reported, searched for, found again, or left to the body that decides; retained relations."""

from datetime import timedelta
from typing import Any

from services.mobility.application.whereabouts import home_of
from services.mobility.domain.lost_contact.commands import LogSearch, ReportLoss, RestoreContact
from services.mobility.domain.lost_contact.decider import LOST_CONTACT
from services.mobility.domain.retained_relation.decider import (
    RETAINED_RELATION,
    RecordRetentionContact,
    RetainRelation,
)
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date
from shared.kernel.ids import derived_id
from tests.simulation.clerk import Clerk
from tests.simulation.transfers import DAY, HOUR
from tests.support.sealed_words import sealed_words


async def loss(clerk: Clerk) -> None:
    """Nobody reaches a member, for weeks or for so long that the proposal comes at once; some turn up again."""
    member = clerk.rng.choice(clerk.world.movable)
    days = clerk.rng.choice((20, 170, 180, 200, 900))
    person = clerk.rng.choice(clerk.world.movable)

    async def report(unit: UnitOfWork) -> Any:
        home, now = await home_of(unit, member), unit.clock.now()
        await unit.handle(LOST_CONTACT, member, ReportLoss(
            member_id=member, branch_id=home.branch_id, committee_id=home.committee_id, superior_id=home.superior_id,
            probationary=home.member["status"] == "probationary", lost_since=local_date(now) - timedelta(days=days),
            person_id=person, reported_by=home.branch_id, reported_at=now,
        ))  # fmt: skip
        return {"member_id": member}

    async def search(unit: UnitOfWork) -> Any:
        search_id = derived_id("search", clerk.name)
        command = LogSearch(
            search_id=search_id,
            way="family",
            text=sealed_words("询问家属"),
            searched_by=person,
            searched_at=unit.clock.now(),
        )
        await unit.handle(LOST_CONTACT, member, command)
        return {"member_id": member}

    async def found(unit: UnitOfWork) -> Any:
        now = unit.clock.now()
        await unit.handle(LOST_CONTACT, member, RestoreContact(
            restored_on=local_date(now), application_document="申请书", recorded_by=person, recorded_at=now,
        ))  # fmt: skip
        return {"member_id": member}

    await clerk.ask("mobility", "lost", report, member)
    await clerk.pause(HOUR, DAY)
    if clerk.rng.random() < 0.8:
        await clerk.ask("mobility", "search", search, member)
    await clerk.pause(DAY, 4 * DAY, 9 * DAY)
    if clerk.rng.random() < 0.6 and not clerk.world.closing:
        await clerk.ask("mobility", "found", found, member)


async def retention(clerk: Clerk) -> None:
    """A graduate's relation stays at school, or that of somebody who went abroad at home; the limit may be over."""
    world, rng = clerk.world, clerk.rng
    member = rng.choice(world.movable)
    retention_id = derived_id("retention", clerk.name)
    committee = world.parents[world.checks.membership.branch[member]]
    kind: Any = rng.choice(("graduate", "graduate", "abroad"))
    days = rng.choice((0, 30, 720, 760, 1900))

    async def keep(unit: UnitOfWork) -> Any:
        now = unit.clock.now()
        await unit.handle(RETAINED_RELATION, retention_id, RetainRelation(
            retention_id=retention_id, member_id=member, committee_id=committee, kind=kind,
            since=local_date(now) - timedelta(days=days), retained_at=now,
        ))  # fmt: skip
        return {"retention_id": retention_id}

    async def contact(unit: UnitOfWork) -> Any:
        now = unit.clock.now()
        command = RecordRetentionContact(contacted_on=local_date(now), recorded_by=committee, recorded_at=now)
        await unit.handle(RETAINED_RELATION, retention_id, command)
        return {"retention_id": retention_id}

    await clerk.ask("mobility", "keep", keep, retention_id)
    await clerk.pause(HOUR, 3 * DAY)
    await clerk.ask("mobility", "contact", contact, retention_id)
