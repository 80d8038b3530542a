"""Which commands of the services the lives reach, and which no seed ever does: `python -m tests.simulation.reach 10`."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from rich.console import Console
from rich.table import Table

from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.event import Command
from tests.simulation.county import founded
from tests.simulation.plan import SHORT
from tests.simulation.run import live
from tests.simulation.seeds import parse


def commands() -> dict[str, type[Command]]:
    """Every command of the services, by `service.module.Name`; those that others only build on are left out."""
    return {named(one): one for one in _leaves(Command) if one.__module__.startswith("services.")}


def named(command: type[Command]) -> str:
    """As the report says it: the service, what it is about, the command."""
    _, service, _, *path = command.__module__.split(".")
    return ".".join((service, path[0], command.__name__))


def _leaves(command: type[Command]) -> Iterator[type[Command]]:
    below = command.__subclasses__()
    if not below:
        yield command
    for one in below:
        yield from _leaves(one)


@contextmanager
def watched() -> Iterator[Counter[str]]:
    """How often each command is decided meanwhile, refusals and repetitions included."""
    asked: Counter[str] = Counter()
    original = UnitOfWork.handle

    async def handle(self: UnitOfWork, decider: Any, identity: str, command: Command, **given: Any) -> Any:
        if type(command).__module__.startswith("services."):
            asked[named(type(command))] += 1
        return await original(self, decider, identity, command, **given)

    with patch.object(UnitOfWork, "handle", handle):
        yield asked


def reached(seeds: Iterable[int]) -> Counter[str]:
    """Commands of these lives, and of the founding that they begin with."""
    with watched() as asked:
        founded.__wrapped__(SHORT.county)
        for seed in seeds:
            live(seed, SHORT, keep=1)
    return asked


def main() -> None:
    """A table: service by service, what is reached how often, and what is not."""
    seeds = parse(sys.argv[1] if len(sys.argv) > 1 else "10")
    asked = reached(seeds)
    table = Table(title=f"Commands that {len(seeds):,} lives reach: {len(asked)} of {len(commands())}")
    table.add_column("about")
    table.add_column("times")
    table.add_column("never")
    about: dict[str, list[str]] = {}
    for name in sorted(commands()):
        about.setdefault(name.rpartition(".")[0], []).append(name.rpartition(".")[2])
    for topic, names in about.items():
        some = [f"{name} {asked[f'{topic}.{name}']:,}" for name in names if asked[f"{topic}.{name}"]]
        none = [name for name in names if not asked[f"{topic}.{name}"]]
        table.add_row(topic, ", ".join(some), ", ".join(none), style="" if some else "yellow")
    Console(width=150).print(table)


if __name__ == "__main__":
    main()
