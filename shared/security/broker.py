"""Who may do what at the broker: one identity per role, written down as the subjects each may publish and follow.

What the code really uses (shared/messaging/nats_bus.py, nats_reader.py, inbound.py, shared/runtime) and nothing more.
Everybody reads through consumers of their own that keep nothing; nobody but the operator makes, changes, purges or
deletes a stream or a durable. A subject that is not listed is refused by the server.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.messaging.topology import Topology

OPERATOR = "operator"
OUTSIDE_SYSTEMS = ("business-registry", "member-system")
"""Outside systems of a development stack; an installation names its own."""
OUTSIDE_FOLLOWS = ("OUT_MOBILITY", "OUT_REGISTRY")

_STREAM_INFO = "$JS.API.STREAM.INFO"
_CONSUMER = "$JS.API.CONSUMER"


@dataclass(frozen=True, slots=True)
class Identity:
    """A role and its permissions."""

    role: str
    publish: tuple[str, ...]
    subscribe: tuple[str, ...]


def inbox_of(role: str) -> str:
    """The prefix of the role's inboxes. Each its own: whoever could follow another's would read its answers."""
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
    publish = [f"{name}.evt.>", "$JS.API.INFO", *_reading(streams), "bell.>"]
    for stream, durable in durables:
        publish += [
            f"{_CONSUMER}.INFO.{stream}.{durable}",
            f"{_CONSUMER}.MSG.NEXT.{stream}.{durable}",
            f"$JS.ACK.{stream}.{durable}.>",
            # The longer form, with domain and account before the stream, of newer servers.
            f"$JS.ACK.*.*.{stream}.{durable}.>",
        ]
    return Identity(name, tuple(publish), (f"{inbox_of(name)}.>", "bell.>", "dev.clock"))


def operator_identity() -> Identity:
    """Provisions and looks, rings bells and moves a development clock. May not publish a single event."""
    return Identity(OPERATOR, ("$JS.API.>", "bell.>", "dev.clock"), (f"{inbox_of(OPERATOR)}.>",))


def outside_identity(system: str, streams: Sequence[str]) -> Identity:
    """An outside system: reports under its own name, and follows what concerns it."""
    return Identity(system, (f"inbound.{system}.>", *_reading(streams)), (f"{inbox_of(system)}.>",))


def _reading(streams: Sequence[str]) -> list[str]:
    """Following streams through consumers of one's own making, whatever they are called."""
    return [
        subject
        for stream in streams
        for subject in (
            f"{_STREAM_INFO}.{stream}",
            f"{_CONSUMER}.CREATE.{stream}.>",
            f"{_CONSUMER}.INFO.{stream}.*",
            f"{_CONSUMER}.MSG.NEXT.{stream}.*",
            f"{_CONSUMER}.DELETE.{stream}.*",
        )
    ]


def authorization_conf(identities_and_keys: Iterable[tuple[Identity, str]]) -> str:
    """The `authorization` block of a nats-server configuration. Holds public keys only: it is no secret."""
    users = "".join(_user(identity, key) for identity, key in identities_and_keys)
    return f"# Generated from shared/security/broker.py; changes made here are lost.\nauthorization {{\n  users = [\n{users}  ]\n}}\n"


def _user(identity: Identity, key: str) -> str:
    return (
        f"    # {identity.role}\n"
        f"    {{ nkey: {key}, permissions: {{\n"
        f"      publish: {{ allow: {_list(identity.publish)} }}\n"
        f"      subscribe: {{ allow: {_list(identity.subscribe)} }}\n"
        f"    }} }}\n"
    )


def _list(subjects: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{subject}"' for subject in subjects) + "]"
