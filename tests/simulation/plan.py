"""What a seed has in store: what people will do and what will go wrong, each with a seed of its own.

So a plan can be cut off anywhere, or lose a step, and what remains is what it was.
"""

import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from tests.simulation import (
    appraising,
    asking,
    away,
    bodies,
    campaigns,
    erasures,
    gathering,
    groups,
    lost,
    organisations,
    people,
    standing,
    talents,
    units,
)
from tests.simulation.clerk import Clerk
from tests.simulation.clock import BEGINNING
from tests.simulation.faults import FAULTS
from tests.simulation.transfers import DAY, Transfer


async def _transfer(clerk: Clerk) -> None:
    """A member is moved, or tries to be; two may ask for the same one."""
    await Transfer(clerk, away.leave_meanwhile).live()


DOINGS: Final[Mapping[str, Callable[[Clerk], Awaitable[None]]]] = {
    "transfer": _transfer,
    "admission": people.admission,
    "contact": people.contact,
    "post-change": people.post_change,
    "quarter-end": people.quarter_end,
    "outside-register": people.outside_register,
    "committee-for-a-while": organisations.committee_for_a_while,
    "empty-branch": organisations.empty_branch,
    "probation": standing.probation,
    "talent": talents.talent,
    "person-erased": erasures.person_erased,
    "departure": away.departure,
    "homecoming": away.homecoming,
    "team": away.team,
    "survey": asking.survey,
    "opinion": asking.opinion,
    "appraisal": appraising.appraisal,
    "gathering": gathering.gathering,
    "unit-life": units.unit_life,
    "campaign": campaigns.campaign,
    "party-group": groups.group,
    "loss": lost.loss,
    "retention": lost.retention,
    "sitting": bodies.sitting,
    "reconciliation": bodies.reconciliation,
}


@dataclass(frozen=True, slots=True)
class Scale:
    """How much of everything. `transfers`, `departures` and `others` per day of an ordinary month, `faults` per day when
    there are.
    """

    county: str
    days: float
    transfers: float
    departures: float
    others: float
    faults: float


SHORT: Final = Scale("small", days=20, transfers=0.15, departures=0.15, others=0.15, faults=0.9)
"""A seed among thousands: three weeks, and something wrong most of the time."""
YEAR: Final = Scale("district", days=365, transfers=0.2, departures=0.12, others=0.08, faults=0.15)
"""A year of a district of 800 members (domain §5.2)."""
SCALES: Final[Mapping[str, Scale]] = {"short": SHORT, "year": YEAR}

EVERYDAY: Final = (
    "admission", "contact", "post-change", "outside-register", "person-erased", "probation", "talent",
)  # fmt: skip
NOW_AND_THEN: Final = ("loss", "retention", "sitting", "sitting", "reconciliation")
OF_WHO_IS_AWAY: Final = (
    "team",
    "survey",
    "survey",
    "opinion",
    "appraisal",
    "appraisal",
    "appraisal",
    "gathering",
    "gathering",
)
OF_UNITS: Final = ("unit-life", "unit-life", "campaign", "party-group")
OF_ORGANISATIONS: Final = ("committee-for-a-while", "committee-for-a-while", "empty-branch")

OFTEN: Final = ("killed", "database", "broker", "provider", "frozen")
"""Faults that strike twice as often as the others: they have the most ways to."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that will happen. `at` in seconds from the start of the plan."""

    at: float
    kind: str
    seed: int

    def __str__(self) -> str:
        return f"{BEGINNING + timedelta(seconds=self.at):%m-%d %H:%M:%S} {self.kind}"


def draw(seed: int, scale: Scale) -> tuple[Step, ...]:
    """The plan of a seed, in order of time."""
    rng = random.Random(f"plan {seed}")
    first = rng.randrange(365) if scale.days < 365 else 0  # any month of the year
    # Not every seed has every fault: together they hide each other.
    wrong = [kind for kind in FAULTS if rng.random() < 0.45] or [rng.choice(list(FAULTS))]
    wrong += [kind for kind in wrong if kind in OFTEN]
    steps: list[Step] = []

    def spread(day: int, rate: float, kinds: Sequence[str]) -> None:
        whole = int(rate) + (rng.random() < rate % 1)
        steps.extend(Step((day + _hour(rng)) * DAY, rng.choice(kinds), rng.getrandbits(64)) for _ in range(whole))

    for day in range(int(scale.days)):
        busy = rush(first + day)
        spread(day, scale.transfers * busy, ["transfer"])
        spread(day, scale.departures * leaving(first + day), ["departure"])
        spread(day, scale.others * 1.3 * busy, EVERYDAY)
        spread(day, scale.others * 0.5, NOW_AND_THEN)
        spread(day, scale.others * 0.5, OF_ORGANISATIONS)
        spread(day, scale.others * 0.4, OF_WHO_IS_AWAY)
        spread(day, scale.others * 0.3, OF_UNITS)
        spread(day, scale.faults, wrong)
        if comes_home(first + day):
            steps.append(Step((day + _hour(rng)) * DAY, "homecoming", rng.getrandbits(64)))
        if quarter_ends(first + day):
            steps.append(Step((day + 0.4) * DAY, "quarter-end", rng.getrandbits(64)))
    if not any(step.kind in DOINGS for step in steps):
        steps.append(Step(0.4 * DAY, "transfer", rng.getrandbits(64)))
    near = [step.at for step in steps if step.kind in DOINGS]
    moved = [_closer(step, near, rng) if step.kind in FAULTS else step for step in steps]
    return tuple(sorted(moved, key=lambda step: (step.at, step.seed)))


def described(kind: str) -> str:
    """A step of a plan in a few words."""
    return str((DOINGS.get(kind) or FAULTS[kind]).__doc__).splitlines()[0]


def rush(day: int) -> float:
    """Peaks of domain §5.2: graduates from June to September, the return at Spring Festival, the end of a quarter."""
    date = (BEGINNING + timedelta(days=day % 365)).date()
    rate = 1.0
    if date.month in (6, 7, 8, 9):
        rate *= 2.5
    if (date.month, date.day) >= (2, 10) and (date.month, date.day) <= (3, 5):
        rate *= 2.0
    if date.month % 3 == 0 and date.day >= 25:
        rate *= 2.0
    return rate * (0.2 if date.weekday() >= 5 else 1.15)


def leaving(day: int) -> float:
    """Most leave after the Spring Festival, and graduates in June and July (domain §5.2)."""
    date = (BEGINNING + timedelta(days=day % 365)).date()
    after_the_festival = (2, 20) <= (date.month, date.day) <= (3, 10)
    return 3.0 if after_the_festival else 2.0 if date.month in (6, 7) else 1.0


def comes_home(day: int) -> bool:
    """The days before the Spring Festival, and the last day of each quarter: 国庆 and other visits that become returns."""
    date = (BEGINNING + timedelta(days=day % 365)).date()
    return (1, 25) <= (date.month, date.day) <= (2, 14) or quarter_ends(day)


def quarter_ends(day: int) -> bool:
    date = (BEGINNING + timedelta(days=day % 365)).date()
    return date.month % 3 == 0 and date.day == 30


def _hour(rng: random.Random) -> float:
    return rng.uniform(0.33, 0.75)


def _closer(fault: Step, near: list[float], rng: random.Random) -> Step:
    """Most faults strike while something is going on: in the night nothing could go wrong."""
    if rng.random() < 0.25:
        return fault
    at = rng.choice(near) + rng.choice((0.0, 0.05, 1.0, 30.0, 3600.0)) * rng.uniform(-0.5, 1.5)
    return Step(max(at, 0.0), fault.kind, fault.seed)
