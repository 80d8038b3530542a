"""Who may do what at the broker: one identity per role, written down as the subjects each may publish and follow.

Listed is what the code really uses (shared/messaging/nats_bus.py, nats_reader.py, inbound.py, shared/runtime), nothing
more: everybody reads through consumers of their own that keep nothing; nobody but the operator makes, changes, purges or
deletes a stream or a durable.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.messaging.topology import Topology
from shared.privacy.purposes import RESOLVERS
from shared.privacy.resolve_messages import DOOR, SUBJECT, subject_of

OPERATOR = "operator"
OUTSIDE_SYSTEMS = ("business-registry", "member-system")
"""Outside systems of a development stack; an installation names its own."""
OUTSIDE_FOLLOWS = ("OUT_MOBILITY", "OUT_REGISTRY")

_API = "$JS.API"


@dataclass(frozen=True, slots=True)
class Identity:
    """A role. `calls` are subjects answered by JetStream; `rings` and `hears` are doorbells, stored by nobody; `asks` are
    subjects answered by whoever `serves` them, and by nobody else.

    What the operator rings is heard by the others; what others ring stays among the replicas of the same service.
    """

    role: str
    calls: tuple[str, ...]
    rings: tuple[str, ...] = ()
    hears: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    serves: tuple[str, ...] = ()

    @property
    def publish(self) -> tuple[str, ...]:
        """All it may publish."""
        return self.calls + self.rings + self.asks

    @property
    def subscribe(self) -> tuple[str, ...]:
        """All it may subscribe to: bells, and its own inboxes alone. Another's would show it another's answers."""
        return (f"{inbox_of(self.role)}.>", *self.rings, *self.hears, *self.serves)


def inbox_of(role: str) -> str:
    """The prefix of the role's inboxes."""
    return f"_INBOX_{role}"


def identities(topology: Topology, services: Sequence[str], outside: Iterable[str] = OUTSIDE_SYSTEMS) -> list[Identity]:
    """Every identity of an installation. A service's durables are those named `<service>-…`."""
    out = [stream.name for stream in topology.streams if stream.name.startswith("OUT_")]
    durables = [(durable.stream, durable.name) for durable in topology.durables]
    found = [service_identity(name, out, [d for d in durables if d[1].startswith(f"{name}-")]) for name in services]
    found.append(operator_identity())
    return found + [outside_identity(system, [s for s in out if s in OUTSIDE_FOLLOWS]) for system in outside]


def service_identity(name: str, streams: Sequence[str], durables: Sequence[tuple[str, str]]) -> Identity:
    """A service: publishes its own events, follows everybody's, acknowledges at its own door."""
    calls = [f"{name}.evt.>", *_reading(streams)]
    for stream, durable in durables:
        calls += [
            f"{_API}.CONSUMER.INFO.{stream}.{durable}",
            f"{_API}.CONSUMER.MSG.NEXT.{stream}.{durable}",
            f"$JS.ACK.{stream}.{durable}.>",
        ]
    serves = (f"{SUBJECT}.*",) if name == DOOR else ()
    return Identity(
        name, tuple(calls), rings=(f"bell.{name}",), hears=(f"bell.{name}-dlq", "dev.clock"), asks=_asks(name),
        serves=serves,
    )  # fmt: skip


def operator_identity() -> Identity:
    """Provisions and looks, rings bells and moves a development clock. May not publish a single event."""
    return Identity(OPERATOR, (f"{_API}.>",), rings=("bell.>", "dev.clock"), asks=_asks(OPERATOR))


def outside_identity(system: str, streams: Sequence[str]) -> Identity:
    """An outside system: reports under its own name, and follows what concerns it."""
    return Identity(system, (f"inbound.{system}.>", *_reading(streams)))


def _asks(role: str) -> tuple[str, ...]:
    """Where it may have personal data opened, if it may."""
    return (subject_of(role),) if role in RESOLVERS else ()


def _reading(streams: Sequence[str]) -> list[str]:
    """Following streams through consumers of one's own making, whatever they are called."""
    return [
        # Counters only. Without this one the server answers every request twice, the second time with "JetStream not
        # enabled", and whichever comes first counts.
        f"{_API}.INFO",
        *(
            subject
            for stream in streams
            for subject in (
                f"{_API}.STREAM.INFO.{stream}",
                f"{_API}.CONSUMER.CREATE.{stream}.>",
                f"{_API}.CONSUMER.INFO.{stream}.*",
                f"{_API}.CONSUMER.MSG.NEXT.{stream}.*",
                f"{_API}.CONSUMER.DELETE.{stream}.*",
            )
        ),
    ]
