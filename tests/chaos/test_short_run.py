"""The short version of `make chaos`: a fixed seed, so that a red run is a fault that was brought in."""

from collections import Counter
from pathlib import Path

import pytest

from shared.kernel.errors import Unavailable
from shared.security.broker import OPERATOR
from tests.chaos.invariants import violations
from tests.chaos.run import chaos
from tests.chaos.world import SMALL_MEGABYTES, Suffering
from tests.support.tests_on import TestsOn
from tests.system.small_disk import small_disk
from tests.system.support import Watcher

# In containers it may have to build their images first.
pytestmark = [pytest.mark.timeout(1_000), pytest.mark.xdist_group("chaos")]

SEED = 20261122
FAULTS = 12
TWICE = """
    INSERT INTO events (stream_id, version, event_id, type, schema_version, data, meta, correlation_id, recorded_at)
    SELECT stream_id || '-again', version, event_id || '-again', type, schema_version, data, meta, correlation_id, recorded_at
    FROM events WHERE type = 'membership-moved' LIMIT 1
"""
"""What a consumer that handles a message twice would leave."""


async def test_twelve_faults_from_a_seed_break_no_invariant(directory: Path, tests_on: TestsOn) -> None:
    with small_disk(SMALL_MEGABYTES) as disk:
        system = Suffering(directory, planned=150, disk=disk, contained=tests_on.containers)
        try:
            system.start_suffering()
            async with Watcher(system.installation) as databases:
                if tests_on.containers:
                    await _out_of_reach_while_cut_off(system)
                result = await chaos(system, databases, seed=SEED, faults=FAULTS, storms=3)
                await databases.rows("registry", TWICE)
                noticed = await violations(system, databases)
        finally:
            system.close()
    assert result.violations == []
    assert sum(result.faults.values()) == FAULTS
    assert len(result.faults) > FAULTS / 2, Counter(result.faults)
    assert result.accepted > 0
    assert result.audits == 1
    assert any("moved somebody twice" in one for one in noticed), "an invariant that cannot be violated shows nothing"


async def _out_of_reach_while_cut_off(system: Suffering) -> None:
    """A container without a network is away, or this fault would be none; then all is as before."""
    async with system.connected(OPERATOR):
        pass
    await system.place.cut_off("nats", ())
    with pytest.raises(Unavailable):
        async with system.connected(OPERATOR):
            pass
    await system.place.let_back("nats", ())
    async with system.connected(OPERATOR):
        pass
    await system.place.cut_off("mobility", ())
    assert await system.ready("mobility") == {}
    await system.place.let_back("mobility", ())
    await system.all_ready()
