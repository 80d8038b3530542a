"""Organisations come and go under cases that are under way: founded, handed over, dissolved, restored."""

import random
from typing import TYPE_CHECKING, Any

from services.registry.application import dissolving, reorganising, tree
from services.registry.application.closing import mark
from services.registry.domain.organisation.commands import FoundOrganisation, RestoreOrganisation
from services.registry.domain.reorganisation.commands import GiveReceipt, HandOver
from services.registry.domain.reorganisation.decider import REORGANISATION
from shared.eventstore.context import Cause
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date
from tests.simulation.clerk import Clerk, Job
from tests.simulation.groups import Group
from tests.simulation.papers import Destination
from tests.simulation.transfers import DAY, HOUR, MINUTE, Transfer

if TYPE_CHECKING:
    from services.registry.domain.vocabulary import OrganisationKind
    from tests.simulation.host import Host


async def committee_for_a_while(clerk: Clerk) -> None:
    """A committee with a branch is founded, lived with, handed over and dissolved: at once with whatever goes on there."""
    world, rng = clerk.world, clerk.rng
    root = next(one.key for one in world.territory.organisations if one.parent_key is None)
    committee, branch = f"c-{clerk.name}", f"b-{clerk.name}"
    await _found(clerk, committee, "committee", root)
    await _found(clerk, branch, "branch", committee)
    if not world.checks.organisations.exists(branch):
        return
    world.settle(branch, committee)
    if rng.random() < 0.5:
        await Group(clerk, branch).founded()
    for number in range(rng.choice((0, 1, 1, 2))):
        newcomer = Transfer(Clerk(world, f"{clerk.name}-{number}", random.Random(rng.random())))
        to = Destination(committee, rng.choice((None, branch)), "county")
        world.spawn(newcomer.live(to=to), "newcomer")
    await clerk.pause(HOUR, 2 * DAY, 6 * DAY)
    heir = rng.choice([one for one in world.committees if one != committee])
    if rng.random() < 0.8:
        await clerk.at_once(_hand_over(clerk, branch, heir), _dissolve(clerk, committee))
    await clerk.pause(MINUTE, DAY)
    await clerk.at_once(_dissolve(clerk, committee), _dissolve(clerk, branch))
    if rng.random() < 0.5:
        await clerk.pause(MINUTE, DAY)
        await _dissolve(clerk, branch)
    if rng.random() < 0.4:
        await clerk.pause(MINUTE, DAY)
        await clerk.at_once(_restore(clerk, committee), _restore(clerk, branch))


async def empty_branch(clerk: Clerk) -> None:
    """A branch into which nobody was taken yet is dissolved, while somebody may be on the way."""
    sizes = clerk.world.checks.organisations
    empty = [branch for branch in sorted(clerk.world.parents) if sizes.exists(branch) and not sizes.members(branch)]
    if empty:
        await _dissolve(clerk, clerk.rng.choice(empty))


async def _found(clerk: Clerk, key: str, kind: "OrganisationKind", parent: str) -> None:
    command = FoundOrganisation(
        organisation_id=key, name=f"新建{key}", kind=kind, parent_id=parent, area_code="430702",
        can_approve_probationary=kind == "committee", office_email=f"{key}@new.example",
    )  # fmt: skip

    async def job(unit: UnitOfWork) -> Any:
        return [event.type for event in await tree.found(unit, command)]

    await clerk.ask("registry", "found", job, key)


def _dissolve(clerk: Clerk, key: str) -> Any:
    async def job(unit: UnitOfWork) -> Any:
        on = local_date(unit.clock.now())
        return [event.type for event in await dissolving.dissolve(unit, key, "调整设置", on, None)]

    async def marked(host: "Host") -> Job:
        await mark(host.executor, Cause(key, None, "closing"), "organisation", key, dissolving.in_use, None)
        return job

    return clerk.ask_prepared("registry", f"dissolve {key}", marked, key)


async def _hand_over(clerk: Clerk, branch: str, heir: str) -> None:
    order = f"order-{clerk.name}"
    at = clerk.world.territory.organisations[0].key

    async def job(unit: UnitOfWork) -> Any:
        today = local_date(unit.clock.now())
        await reorganising.hand_over(unit, HandOver(
            reorganisation_id=order, organisation_ids=(branch,), to_parent_id=heir, ordered_by=at, reason="隶属调整",
            on=today, today=today,
        ))  # fmt: skip
        return {"reorganisation_id": order}

    async def receive(unit: UnitOfWork) -> Any:
        receipt = GiveReceipt(organisation_id=branch, given_by=heir, on=local_date(unit.clock.now()))
        await unit.handle(REORGANISATION, order, receipt)
        return {"reorganisation_id": order}

    await clerk.ask("registry", "hand over", job, order)
    await clerk.at_once(*(clerk.ask("registry", "received", receive, order) for _ in range(2)))
    if clerk.world.checks.organisations.parent(branch) == heir:
        clerk.world.settle(branch, heir)


async def restored(clerk: Clerk) -> None:
    """Who was told that somebody belongs to what they dissolved lets it stand again."""
    for key in clerk.world.checks.organisations.to_be_restored():
        await _restore(clerk, key)


def _restore(clerk: Clerk, key: str) -> Any:
    async def job(unit: UnitOfWork) -> Any:
        command = RestoreOrganisation(organisation_id=key, reason="恢复设置", on=local_date(unit.clock.now()))
        await reorganising.restore(unit, command, None)
        return {"organisation_id": key}

    return clerk.ask("registry", f"restore {key}", job, key)
