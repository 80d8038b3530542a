"""What is too dear to check at every step: replay, rebuilt read models, and the agreement of the services."""

from typing import TYPE_CHECKING, Any, Final

from services.mobility.domain.reconciliation.mismatch import mismatches
from shared.contracts.base import event_class
from shared.eventstore.memory import MemoryStore
from shared.eventstore.projection import Fact
from shared.kernel.json import from_json
from shared.messaging.bus import stream_of
from tests.simulation.bodies import transfers_sent
from tests.simulation.handlers import MARKS
from tests.simulation.violation import Violation

if TYPE_CHECKING:
    from tests.simulation.world import World


def check(world: "World") -> None:
    """Raises `Violation`."""
    for service in world.stores:
        _published(world, service)
        _replay(world, service)
        _read_models(world, service)
    _agreement(world)


def _published(world: "World", service: str) -> None:
    """Of every fact that is meant for others there is a message, exactly one."""
    model, data = world.hosts[service][0].repository.model, world.stores[service].data
    sent = [message.message_id for message in data.outbound]
    meant = {stored.event_id for stored in data.events if model.publish(model.decode(stored)) is not None}
    if len(sent) != len(set(sent)) or not meant <= set(sent):
        raise Violation(f"{service} meant to publish {len(meant)} facts, and published {len(set(sent))} in {len(sent)}")


def _replay(world: "World", service: str) -> None:
    """Every stream, folded again, gives the state that a replica keeps in memory."""
    data = world.stores[service].data
    for host in world.alive(service):
        model = host.repository.model
        for stream_id, held in host.repository._cache.items():
            stream = data.streams.get(stream_id, [])
            fitting = [one for one in model.deciders if stream_id.startswith(f"{one.stream_type}-")]
            decider = max(fitting, key=lambda one: len(one.stream_type))  # `care-rules-…` is no care
            if held.version > len(stream):
                raise Violation(f"{host.machine.name} remembers version {held.version} of {stream_id}: {len(stream)}")
            state = decider.fold(model.decode(event) for event in stream[: held.version])
            if state != held.state:
                raise Violation(f"{host.machine.name} remembers another {stream_id} than its events tell")


def _read_models(world: "World", service: str) -> None:
    """Rows built anew from all facts are the rows that are kept."""
    host = world.hosts[service][0]
    model, kept = host.repository.model, world.stores[service].data
    fresh = MemoryStore(model.views)
    for stored in kept.events:
        fact = Fact(model.decode(stored), stored.stream_id, stored.version, stored.recorded_at)
        for projection in model.projections:
            for change in projection.of_own(fact):
                fresh._change(change)
    wanted = {event for projection in model.projections for event in projection.foreign}
    for source in world.stores if wanted else ():
        stream = stream_of(source)
        if source not in host.definition.follows:
            continue
        for message in world.stores[source].data.outbound:
            kind = event_class(from_json(message.headers)["ce-type"])
            if kind in wanted and kind is not None:
                fact = Fact(kind.model_validate_json(message.data), stream, message.position, world.clock.now())
                for projection in model.projections:
                    for change in projection.of_foreign(fact):
                        fresh._change(change)
    for table in sorted({*kept.rows, *fresh.data.rows} - {MARKS}):
        _same(service, table, kept.rows.get(table, {}), fresh.data.rows.get(table, {}))


def _same(service: str, table: str, kept: dict[Any, Any], built: dict[Any, Any]) -> None:
    if table == "sends":  # that a check was made is no fact: a rebuilt list may ask once more
        built = {key: row for key, row in built.items() if row["step"] != "check"}
        kept = {key: row for key, row in kept.items() if row["step"] != "check"}
    for key in sorted({*kept, *built}):
        if kept.get(key) != built.get(key):
            raise Violation(f"{service}.{table} holds for {key}: {kept.get(key)}; rebuilt it is {built.get(key)}")


def _agreement(world: "World") -> None:
    """Everybody knows the same branch of every member."""
    roll = world.checks.membership
    truth = {member: (branch, member in roll.left) for member, branch in roll.branch.items()}
    for service, table in (("registry", "members"), ("mobility", "members")):
        rows = world.stores[service].data.rows.get(table, {})
        told = {row["member_id"]: (row["organisation_id"], row["left_on"] is not None) for row in rows.values()}
        if told != truth:
            member = next(m for m in {*told, *truth} if told.get(m) != truth.get(m))
            raise Violation(f"{service} has {member} in {told.get(member)}, the roll in {truth.get(member)}")
    lacking = world.checks.propagation.messages_missing() + world.checks.reminders.missing()
    if lacking:
        raise Violation(f"not everybody was to be told: {lacking[0]}")
    if left := world.checks.erasures.readable():
        raise Violation(left[0])
    if orphans := world.checks.organisations.orphans() + roll.lingering():
        raise Violation(orphans[0])
    astray = world.checks.cares.disagreements()
    if astray:
        raise Violation(astray[0])
    wrong = [one for one in mismatches(transfers_sent(world), None, world.clock.now()) if one.code in _IMPOSSIBLE]
    if wrong:
        raise Violation(f"the reconciliation finds {wrong[0].code} of {wrong[0].transfer_id}")


_IMPOSSIBLE: Final = ("accepted-not-in-roll", "in-roll-not-accepted")
"""Once everything has arrived everywhere, the two ends of a transfer say the same."""
