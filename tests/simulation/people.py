"""Everything else that people and systems do: members enter and change numbers, posts change hands, quarters close."""

import random
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from services.assessment.application import quarters
from services.assessment.domain.quarter.decider import QUARTER
from services.assessment.domain.quarter.state import QuarterState
from services.registry.application import posts, roll
from services.registry.application.roll import Entrant
from services.registry.domain.post.commands import AssignPost, LeavePost
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date, quarter_of
from shared.kernel.identifiers import resident_id
from shared.kernel.json import to_json
from tests.simulation.clerk import Clerk, Job
from tests.simulation.county import INDEX, RULES
from tests.simulation.transfers import DAY

if TYPE_CHECKING:
    from tests.simulation.host import Host
    from tests.simulation.world import World

_USCCS: Final = ("91110108551385082Q", "91110000600037341L")
_SYSTEM: Final = "amr"


async def admission(clerk: Clerk) -> None:
    """A new member, or one whom somebody else enters at the same moment under another id."""
    day = local_date(clerk.world.clock.now())
    number = resident_id.make("430702", day.replace(year=day.year - 30), clerk.rng.randrange(1, 999))
    branches = sorted(clerk.world.parents)
    ids = [f"new-{clerk.name}"] + ([f"new-{clerk.name}-too"] if clerk.rng.random() < 0.3 else [])

    def entered(member_id: str) -> Any:
        entrant = Entrant(
            member_id, clerk.rng.choice(branches), "formal", day, None, "新人", number, "19400000001", None
        )

        async def prepare(host: "Host") -> Job:
            [command] = await roll.seal(host.sealer, INDEX, [entrant])

            async def job(unit: UnitOfWork) -> Any:
                await roll.admit(unit, command)
                return {"member_id": member_id}

            return job

        return clerk.ask_prepared("registry", "admit", prepare, member_id)

    await clerk.at_once(*map(entered, ids))


async def contact(clerk: Clerk) -> None:
    """Somebody has a new number, or none any more."""
    await new_contact(clerk, clerk.rng.choice(clerk.world.movable))


async def new_contact(clerk: Clerk, member: str) -> None:
    """That member's new number."""
    phone = clerk.rng.choice(("19400000002", "19400000003", None))

    async def prepare(host: "Host") -> Job:
        async def job(unit: UnitOfWork) -> Any:
            await roll.change_contact(unit, host.sealer, INDEX, member, phone, "new@people.example", None)
            return {"member_id": member}

        return job

    await clerk.ask_prepared("registry", "contact", prepare, member)


async def post_change(clerk: Clerk) -> None:
    """A post changes hands; in between somebody else may be quicker."""
    world = clerk.world
    today = local_date(world.clock.now())
    number = clerk.rng.randrange(len(world.territory.posts))
    post = world.territory.posts[number]

    async def leave(unit: UnitOfWork) -> Any:
        return [event.type for event in await posts.leave(unit, LeavePost(post_id=f"post-{number}", until=today), None)]

    command = AssignPost(
        post_id=f"post-{clerk.name}", kind=post.kind.value, person_id=clerk.rng.choice(world.movable),
        scope=post.scope.value, scope_id=post.scope_key, since=today,
    )  # fmt: skip

    async def assign(unit: UnitOfWork) -> Any:
        return [event.type for event in await posts.assign(unit, command)]

    await clerk.ask("registry", "leave", leave, f"post-{number}")
    await clerk.ask("registry", "assign", assign, command.post_id)


async def quarter_end(clerk: Clerk) -> None:
    """All assessments of a quarter are opened on one day, scored at once, corrected, and published (domain §5.2)."""
    quarter = quarter_of(local_date(clerk.world.clock.now()))

    async def open_(unit: UnitOfWork) -> Any:
        await quarters.open_quarter(unit, quarter, RULES, None, quarter.next().end, None)
        state: QuarterState = await unit.state(QUARTER, quarter)
        return list(state.instructor_ids)

    opened = await clerk.ask("assessment", "open", open_, quarter)
    instructors = list(getattr(opened, "body", ()))

    def score(instructor: str, points: int, reason: str | None = None) -> Any:
        async def job(unit: UnitOfWork) -> Any:
            scores = {"work": Decimal(points), "voice": Decimal(30)}
            return len(await quarters.score(unit, quarter, instructor, scores, reason, None))

        return clerk.ask("assessment", "score", job, quarter)

    async def publish(unit: UnitOfWork) -> Any:
        return len(await quarters.publish(unit, quarter, None))

    await clerk.at_once(*(score(one, clerk.rng.randrange(60)) for one in instructors[:12]))
    await clerk.pause(60.0, DAY)
    corrected = [score(one, 59, "核对台账后更正") for one in instructors[:2]]
    await clerk.at_once(*corrected, clerk.ask("assessment", "publish", publish, quarter))


async def outside_register(clerk: Clerk) -> None:
    """The business registry reports: once, several times, something else under the same id, a flood, or garbage."""
    world, rng = clerk.world, clerk.rng
    kind = rng.choice(("report", "again", "lie", "flood", "garbage"))
    world.history.add("outside", f"{_SYSTEM} sends a {kind}")
    if kind in ("flood", "lie", "garbage"):
        world.met[f"outside {kind}"] += 1
    if kind == "garbage":
        for _ in range(rng.randint(1, 5)):
            _garbage(world, rng)
        return
    for number in range(rng.randint(30, 80) if kind == "flood" else 1):
        event_id = f"{clerk.name}-{number}"
        names = {"again": ("甲公司",) * 3, "lie": ("甲公司", "乙公司", "丙公司")}.get(kind, ("丁公司",))
        for name in names:
            _report(world, event_id, rng.choice(_USCCS), f"{name}{number}")
            if kind != "flood":
                await clerk.pause(0.01, 1.0, 40.0)


def _report(world: "World", event_id: str, uscc: str, name: str) -> None:
    headers = {
        "ce-specversion": "1.0", "ce-id": event_id, "ce-source": "urn:amr:hunan", "ce-type": "cn.amr.unit-changed.v1",
    }  # fmt: skip
    body = to_json({"uscc": uscc, "name": name, "area_code": "430702"}).encode()
    world.inbound.publish(f"inbound.{_SYSTEM}.unit-changed.v1", headers, body)


def _garbage(world: "World", rng: random.Random) -> None:
    good = {"ce-specversion": "1.0", "ce-id": "g", "ce-source": "urn:x", "ce-type": "cn.amr.unit-changed.v1"}
    headers = rng.choice((
        {}, good, {**good, "ce-id": ""}, {**good, "ce-id": "x" * 300}, {**good, "ce-specversion": "9"},
        {**good, "ce-id": "a\x00b"}, {**good, "ce-type": "cn.amr.unit-exploded.v9"},
        {"content-type": "application/cloudevents+json"},
    ))  # fmt: skip
    body = rng.choice((b"", b"{", b"\xff\xfe\x00", b"[]", b'{"uscc": "1"}', b'{"uscc": "91110108551385082Q", "x": 1}'))
    kind = rng.choice(("unit-changed.v1", "unit-closed.v1", "relocation-acknowledged.v1", "nonsense"))
    world.inbound.publish(f"inbound.{_SYSTEM}.{kind}", headers, body)
