"""No message is sent twice in effect, and none counts as delivered that was not."""

from collections.abc import Mapping

from shared.eventstore.records import StoredEvent
from tests.simulation.providers import Carrier
from tests.simulation.violation import Violation


class Sending:
    """What the providers took, against what notify says of it."""

    def __init__(self) -> None:
        self._open: dict[str, str] = {}
        self._whom: dict[str, str] = {}

    def taken(self, carrier: Carrier, message_id: str) -> str:
        """A provider takes a message; returns to whom it goes."""
        if carrier.taken[message_id] > 1:
            raise Violation(f"message {message_id} was sent {carrier.taken[message_id]} times by {carrier.channel}")
        return self._whom[message_id]

    def notify(self, event: StoredEvent, carriers: Mapping[str, Carrier]) -> None:
        data = event.data
        if event.type == "message-queued":
            self._open[data["message_id"]] = data["channel"]
            self._whom[data["message_id"]] = data["recipient"]["ref_id"]
        elif event.type == "message-undelivered":
            self._open.pop(data["message_id"], None)
        elif event.type == "message-delivered":
            self._open.pop(data["message_id"], None)
            if data["message_id"] not in carriers[data["channel"]].delivered:
                raise Violation(f"message {data['message_id']} counts as delivered, and was not")

    @property
    def open(self) -> Mapping[str, str]:
        """Messages without an end, and their channels."""
        return self._open
