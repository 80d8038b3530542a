"""What a service measures of its own business, beside what all services measure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.observability.metrics import Metrics
from shared.runtime.metered_store import Notice


@dataclass(frozen=True, slots=True)
class Measure:
    """A gauge `yanzhen_<name>` read from the service's database every few seconds.

    The query gives one row per series: the values of the labels, then the number. `:now` is the time of the service.
    """

    name: str
    meaning: str
    query: str
    labels: tuple[str, ...] = ()


Notices = Callable[[Metrics], Mapping[str, Notice]]
"""Makes the metrics that count a service's own events, and says by type what each event counts."""
