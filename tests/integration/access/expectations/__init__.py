"""What every route must answer to whom, written down by hand: who may at all, and from which seat.

A seat is an organisation of the county (`tests/integration/access/county.py`) for which somebody has a role. Nothing here
is computed from the policy table: a change there that is meant has to be made here as well.
"""

from tests.integration.access.expectations import away, mobility, others, registry, stations

ROWS = {**registry.ROWS, **stations.ROWS, **mobility.ROWS, **away.ROWS, **others.ROWS}
