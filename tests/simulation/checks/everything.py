"""All checks of one world: fed with every work at the moment it becomes true, and asked again at the end."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from shared.eventstore.records import StoredEvent, Work
from shared.messaging.bus import stream_of
from tests.simulation.checks.activities import Activities
from tests.simulation.checks.appraisals import Appraisals
from tests.simulation.checks.campaigns import Campaigns
from tests.simulation.checks.care import Cares
from tests.simulation.checks.delivery import Delivery
from tests.simulation.checks.erasures import Erasures
from tests.simulation.checks.groups import Groups
from tests.simulation.checks.membership import Membership
from tests.simulation.checks.once import Once
from tests.simulation.checks.organisations import Organisations
from tests.simulation.checks.propagation import Propagation
from tests.simulation.checks.proposals import Proposals
from tests.simulation.checks.reminders import Reminders
from tests.simulation.checks.ripening import Ripening
from tests.simulation.checks.sending import Sending
from tests.simulation.checks.standing import Standing
from tests.simulation.checks.surveys import Surveys
from tests.simulation.checks.transfers import Transfers
from tests.simulation.checks.units import Units
from tests.simulation.providers import Carrier
from tests.simulation.store import told
from tests.simulation.violation import Violation

if TYPE_CHECKING:
    from tests.simulation.world import World


class Checks:
    """Cheap at each step: no check looks at more than what has just changed."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.membership = Membership()
        self.transfers = Transfers()
        self.delivery = Delivery(world)
        self.propagation = Propagation(self.membership)
        self.sending = Sending()
        self.once = Once()
        self.cares = Cares(self.membership, self.once)
        self.proposals = Proposals()
        self.reminders = Reminders()
        self.standing = Standing(self.membership)
        self.erasures = Erasures(world)
        self.organisations = Organisations(self.membership, self.transfers)
        self.surveys = Surveys()
        self.appraisals = Appraisals()
        self.activities = Activities()
        self.groups = Groups(self.membership)
        self.units = Units()
        self.campaigns = Campaigns(self.units)
        self.ripening = Ripening(self.units)
        self._published: dict[str, int] = {}
        self.commits = 0

    def begin(self) -> None:
        """Take over what was founded before."""
        for service, store in self._world.stores.items():
            for event in store.data.events:
                self._see(service, event)
            self.once.begin(service, {address: timer.due_at for address, timer in store.data.timers.items()})
        self.delivery.begin()

    def committed(self, service: str, machine: str, work: Work, events: Sequence[StoredEvent]) -> None:
        """A work has become true."""
        self.commits += 1
        detail = "|".join(f"{event.event_id}{event.data}" for event in events)
        self._world.history.add(machine, told(work, events), detail)
        try:
            self.once.committed(service, work, events)
            for event in events:
                self._see(service, event)
            if service == "mobility":
                self.transfers.after_commit()
                self.cares.after_commit()
                self.surveys.after_commit()
                self.appraisals.after_commit()
            elif service == "registry":
                self.erasures.committed(work)
                self.organisations.after_commit()
                self.groups.after_commit()
            self.delivery.committed(service, work)
        except Violation as violation:
            # Whoever commits may be prepared for anything: the world is told first.
            self._world.fail(str(violation), violation)
            raise

    def _see(self, service: str, event: StoredEvent) -> None:
        self.delivery.see(service, event)
        match service:
            case "registry":
                self.membership.registry(event)
                self.standing.see(event)
                self.erasures.registry(event)
                self.organisations.registry(event)
                self.groups.see(event)
                self.units.see(event)
                self.campaigns.see(event)
                self.ripening.see(event)
                self.reminders.see(event)
            case "mobility":
                self.membership.mobility(event)
                self.transfers.see(event)
                self.propagation.mobility(event)
                self.cares.see(event)
                self.proposals.see(event)
                self.surveys.see(event)
                self.appraisals.see(event)
                self.activities.see(event)
                self.reminders.see(event)
            case "assessment":
                self.propagation.assessment(event)
            case "notify":
                self.propagation.notify(event)
                self.reminders.notify(event)
                self.sending.notify(event, self._world.carriers)

    def taken(self, carrier: Carrier) -> Callable[[str], None]:
        """What is to be called at each message that a provider takes."""

        def check(message_id: str) -> None:
            whom = self.sending.taken(carrier, message_id)
            self.erasures.taken(whom, message_id)

        return check

    def published(self, stream: str) -> None:
        """The stream says what the database says, at the same places."""
        stored = self._world.bus.streams[stream]
        outbound = self._world.stores[stream[4:].lower()].data.outbound
        start = min(self._published.get(stream, 0), len(stored))
        for index in range(start, len(stored)):
            if index >= len(outbound) or stored[index] is not outbound[index]:
                self._world.fail(f"{stream} holds another message at {index + 1} than the database")
                return
        self._published[stream] = len(stored)

    # -- at rest ------------------------------------------------------------------------------------------------

    def unsettled(self) -> list[str]:
        """What the machinery has not done yet; empty when everything has arrived everywhere."""
        world = self._world
        result: list[str] = []
        for service, store in world.stores.items():
            data, stream = store.data, stream_of(service)
            if data.outbox:
                result.append(f"{service} has {len(data.outbox)} messages without a position")
            if len(world.bus.streams[stream]) != len(data.outbound):
                result.append(f"{stream} ends at {len(world.bus.streams[stream])} of {len(data.outbound)}")
            if data.parked:
                result.append(f"{service} has {len(data.parked)} parked messages")
            waiting = [held for status, held in data.dead.values() if status in ("dead", "replay")]
            waiting = [held for held in waiting if held.source.startswith("OUT_")]
            if waiting:
                result.append(f"{service} has {len(waiting)} dead letters: {waiting[0].code} {waiting[0].detail}")
            due = [timer for timer in data.timers.values() if timer.due_at <= world.clock.now()]
            if due:
                result.append(f"{service} has {len(due)} timers due: {due[0].name} of {due[0].stream_id}")
        if world.inbound.unsettled():
            result.append(f"{world.inbound.unsettled()} inbound messages are not acknowledged")
        if world.stores["notify"].data.rows.get("sends"):
            result.append(f"notify has {len(world.stores['notify'].data.rows['sends'])} things to send or ask")
        return result + self.delivery.missing(follows())

    def unfinished(self) -> list[str]:
        """What time alone brings about, and did not."""
        now = self._world.clock.now()
        return [
            *self.surveys.unfinished(now.isoformat()),
            *self.campaigns.unfinished(now),
            *self.ripening.unfinished(now),
        ]


def follows() -> dict[str, list[str]]:
    """Which streams each service consumes."""
    from tests.simulation.host import SERVICES

    return {name: [stream_of(source) for source in one.follows] for name, one in SERVICES.items()}
