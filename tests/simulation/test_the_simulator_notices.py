"""The simulator is tested too: with a mechanism switched off it has to find a seed that fails, and soon."""

import sys

import pytest

from tests.simulation.mutations import SWITCHES, off
from tests.simulation.plan import SHORT
from tests.simulation.run import live

MOST_SEEDS = 200


@pytest.mark.timeout(280)
@pytest.mark.parametrize("name", sorted(SWITCHES))
def test_what_is_switched_off_is_missed(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with off(name):
        for seed in range(1, MOST_SEEDS + 1):
            outcome = live(seed, SHORT, keep=1)
            if outcome.violation is not None:
                break
    assert outcome.violation is not None, f"{name} was not missed in {MOST_SEEDS} seeds"
    with capsys.disabled():
        sys.stdout.write(f" (after {seed}) ")
