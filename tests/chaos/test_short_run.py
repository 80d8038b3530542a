"""The short version of `make chaos`: a fixed seed, so that a red run is a fault that was brought in."""

from collections import Counter
from pathlib import Path

import pytest

from tests.chaos.run import chaos
from tests.chaos.world import SMALL_MEGABYTES, Suffering
from tests.support.tests_on import TestsOn
from tests.system.small_disk import small_disk
from tests.system.support import Watcher

pytestmark = [pytest.mark.timeout(400), pytest.mark.xdist_group("chaos")]

SEED = 20261122
FAULTS = 12


async def test_twelve_faults_from_a_seed_break_no_invariant(directory: Path, tests_on: TestsOn) -> None:
    with small_disk(SMALL_MEGABYTES) as disk:
        system = Suffering(directory, planned=150, disk=disk)
        try:
            system.start_suffering()
            async with Watcher(system.installation) as databases:
                result = await chaos(system, databases, seed=SEED, faults=FAULTS)
        finally:
            system.close()
    assert result.violations == []
    assert sum(result.faults.values()) == FAULTS
    assert len(result.faults) > FAULTS / 2, Counter(result.faults)
    assert result.accepted > 0
    assert result.audits == 1
