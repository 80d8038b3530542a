"""Whoever was erased after the backup is erased again before a service starts: their keys are in the saved keyring.

Three sources, taken together: the list that the operator gives (`yanzhen privacy erasures --all` of the old installation, or
the paper file), the tombstones of a keyring that was saved later, and what an old broker's stream still tells.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, get_args

import asyncpg

from services.cli.command_executor import executor_on
from services.cli.installation import Installation
from services.cli.keyring_access import keyring_of, keyring_url
from services.cli.service_reading import database_of
from services.registry.application import erasure
from services.registry.domain.member.decider import MEMBER
from services.registry.domain.vocabulary import ErasureGround
from shared.contracts.base import PARTITIONS
from shared.eventstore.context import Cause
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Invalid
from shared.kernel.json import from_json
from shared.messaging.nats_bus import NatsBus
from shared.privacy.resolve_subject import DOOR
from shared.security.broker import OPERATOR, inbox_of

GROUND: Final[ErasureGround] = "subject-request"
_BURIED: Final = "SELECT person_id FROM person_keys WHERE destroyed_at IS NOT NULL"

Erased = Mapping[str, ErasureGround]


def read_list(path: Path) -> Erased:
    """`ID [GROUND]` a line, `#` starts a comment. Raises `Invalid` (`bad-list-of-erasures`)."""
    found: dict[str, ErasureGround] = {}
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        raise Invalid(
            "bad-list-of-erasures", f"{path} cannot be read ({type(error).__name__})",
            remedy="name a file with one person's id a line; an empty one says that nobody was erased", where="--erased",
        ) from error  # fmt: skip
    for number, line in enumerate(lines, 1):
        words = line.split("#", 1)[0].split()
        if not words:
            continue
        ground = words[1] if len(words) > 1 else GROUND
        if len(words) > 2 or len(words[0]) > 64 or ground not in get_args(ErasureGround):
            raise Invalid(
                "bad-list-of-erasures", f"line {number} is not an id and perhaps a ground",
                remedy=f"write an id, or an id and one of {', '.join(get_args(ErasureGround))}", where=str(path),
            )  # fmt: skip
        found[words[0]] = next(one for one in get_args(ErasureGround) if one == ground)
    return found


async def told_by_the_stream(installation: Installation, after: int) -> set[str]:
    """The persons of whose erasure the registry's old stream tells beyond that position."""
    found: set[str] = set()
    async with installation.broker() as client:
        bus = NatsBus(client, inbox_prefix=inbox_of(OPERATOR))
        stream = installation.service(DOOR).entry.stream
        last, read = await bus.last_sequence(stream), after
        if read >= last:
            return found
        async with bus.reader(stream, read + 1, range(PARTITIONS)) as reader:
            while read < last:
                for one in await reader.read():
                    read = one.position
                    if ".person-erased." in one.type:
                        found.add(str(from_json(one.data)["person_id"]))
    return found


async def buried(installation: Installation) -> set[str]:
    """Whose keys the restored keyring knows to be destroyed."""
    connection = await asyncpg.connect(keyring_url(installation), timeout=10)
    try:
        return {row[0] for row in await connection.fetch(_BURIED)}
    finally:
        await connection.close()


async def erase_again(installation: Installation, erased: Erased, actor: str) -> int:
    """Destroy the keys, let no number lead to them, and have the registry tell everybody once it runs.

    Returns how many of them the restored registry still knew as persons.
    """
    registry = installation.service(DOOR)
    known = 0
    async with keyring_of(installation) as keyring, database_of(registry) as engine:
        executor = executor_on(engine, registry, installation)
        for person_id, ground in erased.items():
            await keyring.destroy(person_id)

            async def ask(unit: UnitOfWork, person_id: str = person_id, ground: ErasureGround = ground) -> bool:
                member = await unit.peek(MEMBER, person_id)
                unit.unindex(person_id)
                if not member.is_admitted or member.is_erased:
                    return False
                await erasure.request(unit, person_id, ground, although_open=True)
                return True

            known += await executor.run(ask, Cause(person_id, actor=actor))
    return known
