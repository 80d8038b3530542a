"""One run: relocations go on, faults strike, everything heals, and the invariants are looked at after each."""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from shared.kernel.clock import monotonic
from tests.chaos.faults import Decks, Fault, Skipped, strike
from tests.chaos.invariants import violations
from tests.chaos.world import Repeating, Suffering
from tests.system.audit import audit
from tests.system.support import Watcher

WHOLE_AUDIT_EVERY: Final = 25
"""Faults between two audits of everything, for which all relocations have to be settled."""
WAVE: Final = (1, 3)


@dataclass
class Result:
    """What happened."""

    seed: int
    faults: Counter[str] = field(default_factory=Counter)
    skipped: dict[str, str] = field(default_factory=dict)
    healing: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    storms: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    """How long the healing took, by how many faults struck together."""
    violations: list[str] = field(default_factory=list)
    audits: int = 0
    accepted: int = 0
    rejected: int = 0
    requested: int = 0
    repeated: int = 0
    rebuilt: Counter[str] = field(default_factory=Counter)
    seconds: float = 0


async def chaos(
    system: Suffering,
    databases: Watcher,
    *,
    seed: int,
    faults: int,
    storms: int = 1,
    seconds: float = float("inf"),
    told: Callable[[int, Fault | None, float], None] = lambda *_: None,
) -> Result:
    """Strike that many times, or until the time is up, or until something is wrong: what comes after is no evidence.

    `storms` is how many faults may strike at the same time.
    """
    rng = random.Random(seed)
    result, decks, began = Result(seed), Decks(system, rng), monotonic()
    done = 0
    audited = 0
    while done < faults and monotonic() - began < seconds and not result.violations:
        storm = decks.storm(min(storms, faults - done))
        took, happened = await _one(system, databases, storm, rng, result)
        done += len(happened)
        for fault in happened:
            told(done, fault, took)
        if done // WHOLE_AUDIT_EVERY > audited and not result.violations:
            audited = done // WHOLE_AUDIT_EVERY
            await _audited(system, databases, result, f"after {done} faults")
    if not result.violations:
        await _audited(system, databases, result, "at the end")
    book = system.book
    result.accepted, result.rejected, result.requested = len(book.accepted), len(book.rejected), book.requested
    result.repeated = Repeating.again
    result.rebuilt = Counter(system.rebuilt)
    result.seconds = monotonic() - began
    return result


async def _one(
    system: Suffering, databases: Watcher, storm: list[Fault], rng: random.Random, result: Result
) -> tuple[float, list[Fault]]:
    """Returns the seconds of healing, and the faults that could be made here."""
    wave, wait = system.plans(rng.randint(*WAVE)), rng.uniform(0, 0.4)
    work = asyncio.create_task(system.relocate(wave))
    await asyncio.sleep(wait)
    said = " + ".join(map(str, storm))
    struck = await asyncio.gather(*(strike(system, databases, fault) for fault in storm), return_exceptions=True)
    happened = [fault for fault, error in zip(storm, struck, strict=True) if not isinstance(error, Skipped)]
    for fault, error in zip(storm, struck, strict=True):
        if isinstance(error, Skipped):
            result.skipped[fault.kind] = str(error)
        elif error is not None:
            result.violations.append(f"{fault}: {type(error).__name__}: {error}")
    healing = monotonic()
    try:
        await work
        await system.healed(databases)
    except (Exception, ExceptionGroup) as error:
        result.violations.append(f"after {said}: not healed: {type(error).__name__}: {error}")
        return monotonic() - healing, happened
    took = monotonic() - healing
    result.storms[len(happened)].append(took)
    for fault in happened:
        result.faults[fault.kind] += 1
        result.healing[fault.kind].append(took)
    result.violations += [f"after {said}: {one}" for one in await violations(system, databases)]
    return took, happened


async def _audited(system: Suffering, databases: Watcher, result: Result, when: str) -> None:
    try:
        await system.settled(databases)
        await system.healed(databases)
    except (AssertionError, TimeoutError) as error:
        result.violations.append(f"{when}: not settled: {error}")
    result.violations += [f"{when}: {one}" for one in await audit(system, databases)]
    verified = await system.say("audit", "verify")
    if verified.code:
        result.violations.append(f"{when}: audit verify: {verified.out[-1500:]} {verified.err[-500:]}")
    result.audits += 1
