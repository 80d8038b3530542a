"""活动: held once and not after it was called off, joint only with who agreed; on the cards of those who came."""

from dataclasses import dataclass, field

from shared.eventstore.records import StoredEvent
from tests.simulation.violation import Violation


@dataclass
class _Activity:
    agreed: bool = False
    held: bool = False
    cancelled: bool = False
    came: set[str] = field(default_factory=set)
    on_cards: set[str] = field(default_factory=set)


class Activities:
    """Activities and the cards of members, by their own facts."""

    def __init__(self) -> None:
        self._activities: dict[str, _Activity] = {}
        self._owners: dict[str, str] = {}

    def see(self, event: StoredEvent) -> None:
        data = event.data
        match event.type:
            case "mobile-card-issued":
                self._owners[data["card_id"]] = data["member_id"]
            case "card-entered" if data["kind"] == "attendance" and data["entry_id"] in self._activities:
                self._entered(data["entry_id"], data["card_id"])
            case "activity-planned":
                if data["activity_id"] in self._activities:
                    raise Violation(f"the activity {data['activity_id']} was planned twice")
                self._activities[data["activity_id"]] = _Activity()
            case "activity-answered":
                self._activities[data["activity_id"]].agreed = data["agreed"]
            case "activity-cancelled" | "activity-held":
                self._ended(event)

    def _ended(self, event: StoredEvent) -> None:
        data = event.data
        activity = self._activities[data["activity_id"]]
        if activity.held or activity.cancelled:
            raise Violation(f"{event.type}: the activity {data['activity_id']} had been held or called off before")
        activity.cancelled, activity.held = event.type == "activity-cancelled", event.type == "activity-held"
        if activity.held:
            activity.came = set(data["member_ids"])
            if data["joint"] != activity.agreed:
                raise Violation(
                    f"the activity {data['activity_id']} counts as joint: {data['joint']}, against its plan"
                )

    def _entered(self, identity: str, card: str) -> None:
        activity, member = self._activities[identity], self._owners[card]
        if not activity.held or member not in activity.came or card in activity.on_cards:
            raise Violation(f"the card of {member} says twice that they came to {identity}, or they did not come")
        activity.on_cards.add(card)
