"""Who may do what at the broker: one identity per role, written down as the subjects each may publish and follow.

Listed is what the code really uses (shared/messaging/nats_bus.py, nats_reader.py, inbound.py, shared/runtime), nothing
more. Whose events a service reads and whether it has a door is its definition's to say, which streams and durables there
are the topology's; so a new follow, stream or durable is permitted as soon as it is declared, and not before. Everybody
reads through consumers of their own that keep nothing; nobody but the operator makes, changes, purges or deletes a stream
or a durable.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.kernel.errors import Invalid
from shared.messaging.bus import stream_of
from shared.messaging.topology import Topology, door_of
from shared.privacy.purposes import RESOLVERS
from shared.privacy.resolve_subject import DOOR, SUBJECT, subject_of
from shared.security.broker_needs import BrokerNeeds, declared

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


def identities(
    topology: Topology, services: Iterable[str | BrokerNeeds], outside: Iterable[str] = OUTSIDE_SYSTEMS
) -> list[Identity]:
    """Every identity of an installation. A service that is only named needs what `infra/nats/services.json` says.

    Raises `Invalid` when a service needs what the topology does not have (`broker-needs-unmet`), or is not in the file.
    """
    known = declared()
    needs = [_named(one, known) if isinstance(one, str) else one for one in services]
    found = [service_identity(one, topology) for one in needs]
    found.append(operator_identity())
    out = {stream.name for stream in topology.streams}
    return found + [outside_identity(system, [s for s in OUTSIDE_FOLLOWS if s in out]) for system in outside]


def service_identity(needs: BrokerNeeds, topology: Topology) -> Identity:
    """A service: publishes on its own stream, reads that one and those it follows, acknowledges at its own door."""
    own = stream_of(needs.service)
    subjects = {stream.name: stream.subjects for stream in topology.streams}
    doors = [one for one in topology.durables if one.name == door_of(needs.service)]
    missing = [stream for stream in (own, *map(stream_of, needs.follows)) if stream not in subjects]
    missing += [] if bool(doors) == needs.door else [f"consumer {door_of(needs.service)}"]
    if missing:
        raise Invalid(
            "broker-needs-unmet",
            f"{needs.service} and the declaration of streams disagree about: {', '.join(missing)}",
            remedy="declare it in infra/nats/streams.toml, or let the service no longer need it",
        )
    calls = [*subjects[own], *_reading([own, *map(stream_of, needs.follows)])]
    calls += [f"{_API}.STREAM.MSG.GET.{stream_of(one)}" for one in needs.follows]
    for door in doors:
        calls += [
            f"{_API}.CONSUMER.INFO.{door.stream}.{door.name}",
            f"{_API}.CONSUMER.MSG.NEXT.{door.stream}.{door.name}",
            f"$JS.ACK.{door.stream}.{door.name}.>",
        ]
    name = needs.service
    serves = (f"{SUBJECT}.*",) if name == DOOR else ()
    return Identity(
        name, tuple(dict.fromkeys(calls)), rings=(f"bell.{name}",), hears=(f"bell.{name}-dlq", "dev.clock"),
        asks=_asks(name), serves=serves,
    )  # fmt: skip


def _named(service: str, known: Mapping[str, BrokerNeeds]) -> BrokerNeeds:
    if service not in known:
        raise Invalid(
            "broker-needs-unknown",
            f"nothing says what {service} needs of the broker",
            remedy="add it to the catalogue and run `python -m scripts.export_broker_needs`",
        )
    return known[service]


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
