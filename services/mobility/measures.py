"""What mobility measures: how long it takes until everybody has a relocation, what is still missing, whose turn is late."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from shared.observability.metrics import Metrics, exemplar
from shared.runtime.measures import Measure
from shared.runtime.metered_store import Notice

_TERMS: Final = (0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 3600, 6 * 3600, 86_400, 3 * 86_400, 7 * 86_400)
"""Seconds, from machines to people: an acknowledgement by hand takes hours, and after a day a relocation is late."""

MEASURES: Final = (
    Measure(
        "relocations_open",
        "Relocations that somebody does not have yet",
        "SELECT count(*) FROM relocations WHERE accepted_at IS NOT NULL AND propagated_at IS NULL AND stopped_at IS NULL",
    ),
    Measure(
        "relocations_late",
        "Open relocations past their deadline",
        "SELECT count(*) FROM relocations"
        " WHERE accepted_at IS NOT NULL AND propagated_at IS NULL AND stopped_at IS NULL AND due_at < :now",
    ),
    Measure(
        "relocations_recent",
        "Relocations accepted within the last day, by whether everybody has them",
        "SELECT CASE WHEN propagated_at IS NULL THEN 'open' ELSE 'propagated' END, count(*) FROM relocations"
        " WHERE accepted_at > CAST(:now AS timestamptz) - interval '1 day' AND stopped_at IS NULL GROUP BY 1",
        ("state",),
    ),
    Measure(
        "relocation_steps_missing",
        "What open relocations still wait for, by kind of step",
        "SELECT p.step, count(*) FROM propagation AS p JOIN relocations AS r USING (relocation_id)"
        " WHERE r.accepted_at IS NOT NULL AND r.propagated_at IS NULL AND r.stopped_at IS NULL AND p.number IS NOT NULL"
        " AND (p.state IS NULL OR p.state IN ('notified', 'failed')) GROUP BY p.step",
        ("step",),
    ),
    Measure(
        "turns_open",
        "Cases in which it is somebody's turn, by what they have to do",
        "SELECT task, count(*) FROM cases WHERE open AND task IS NOT NULL GROUP BY task",
        ("task",),
    ),
    Measure(
        "turns_overdue",
        "Cases whose holder has let the deadline pass, by what they have to do",
        "SELECT task, count(*) FROM cases WHERE open AND task IS NOT NULL AND due_at < :now GROUP BY task",
        ("task",),
    ),
)


def notices(metrics: Metrics) -> Mapping[str, Notice]:
    """Counts acceptances, and times propagation from acceptance to the last proof."""
    accepted = metrics.counter("relocations_accepted", "Transfers accepted: each has to reach everybody")
    seconds = metrics.histogram("propagation_seconds", "From the acceptance until everybody has it, with proof", _TERMS)

    def propagated(event: Mapping[str, Any]) -> None:
        took = datetime.fromisoformat(event["propagated_at"]) - datetime.fromisoformat(event["accepted_at"])
        seconds.observe(max(took.total_seconds(), 0.0), exemplar())

    return {"transfer-accepted": lambda _: accepted.inc(), "relocation-propagated": propagated}
