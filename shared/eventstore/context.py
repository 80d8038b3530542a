"""Why something happens: carried from the request through every event and message it causes."""

from dataclasses import dataclass

from shared.kernel.json import to_json


@dataclass(frozen=True, slots=True)
class Cause:
    """`correlation_id` names the whole story (the relocation, where there is one), `causation_id` the message that led
    here, `actor` who asked. `traceparent` ties the events to the trace of the request (W3C Trace Context).
    """

    correlation_id: str
    causation_id: str | None = None
    actor: str = "system"
    traceparent: str | None = None

    def with_correlation(self, correlation_id: str) -> "Cause":
        """The same cause as part of another story."""
        if correlation_id == self.correlation_id:
            return self
        return Cause(correlation_id, self.causation_id, self.actor, self.traceparent)

    def meta(self) -> str:
        """What is stored beside each event, as JSON."""
        return to_json(
            {
                "correlation_id": self.correlation_id,
                "causation_id": self.causation_id,
                "actor": self.actor,
                "traceparent": self.traceparent,
            }
        )
