"""Somebody is to be erased, at any moment of a life that goes on."""

import random
from typing import Any, get_args

from services.registry.application import erasure
from services.registry.domain.vocabulary import ErasureGround
from shared.eventstore.unit_of_work import UnitOfWork
from tests.simulation.clerk import Clerk
from tests.simulation.people import new_contact
from tests.simulation.transfers import Transfer


async def person_erased(clerk: Clerk) -> None:
    """A body asks for it, for somebody who may be on the way to somewhere; some of those change their number meanwhile."""
    world, rng = clerk.world, clerk.rng
    person = rng.choice(world.movable)
    ground = rng.choice(get_args(ErasureGround))
    although_open = rng.random() < 0.25

    async def job(unit: UnitOfWork) -> Any:
        _, waits_for = await erasure.request(unit, person, ground, although_open=although_open)
        return {"member_id": person, "waits_for": waits_for}

    asked = clerk.ask("registry", "erase", job, person)
    if rng.random() < 0.5:
        on_the_way = Transfer(Clerk(world, f"{clerk.name}-moves", random.Random(rng.random())))
        world.spawn(on_the_way.live(person), "transfer")
        await clerk.pause(1.0, 60.0, 3600.0)
    await clerk.at_once(asked, new_contact(clerk, person))
