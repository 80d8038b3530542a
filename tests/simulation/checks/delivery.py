"""No message lost, doubled or out of order per key: what each consumer's effects say, against what was published."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from shared.eventstore.records import CursorMove, HeldMessage, SequencedMessage, StoredEvent, Work
from shared.eventstore.rows import Add
from shared.kernel.json import from_json
from tests.simulation.handlers import MARKS
from tests.simulation.violation import Violation

if TYPE_CHECKING:
    from tests.simulation.world import World

Consumer = tuple[str, str]
"""(service, stream)"""


class Source:
    """One stream as its service's database has it."""

    def __init__(self, places: Mapping[str, tuple[str, int]]) -> None:
        self.keys: list[str] = []
        self._places = places
        self._versions: dict[str, int] = {}
        self.of_key: dict[str, list[int]] = defaultdict(list)
        self.of_partition: dict[int, list[int]] = defaultdict(list)

    def follow(self, outbound: Sequence[SequencedMessage]) -> None:
        for message in outbound[len(self.keys) :]:
            stream, version = self._places.get(message.message_id, ("", 0))
            if stream and version <= self._versions.get(stream, 0):
                raise Violation(f"{stream}@{version} was published after @{self._versions[stream]}, or twice")
            self._versions[stream] = version
            key = from_json(message.headers)["ce-partitionkey"]
            self.keys.append(key)
            self.of_key[key].append(message.position)
            self.of_partition[message.partition].append(message.position)


class Delivery:
    """Follows every consumer of every stream."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.places: dict[str, dict[str, tuple[str, int]]] = defaultdict(dict)
        self.sources: dict[str, Source] = {}
        self.done: dict[Consumer, set[int]] = defaultdict(set)
        self._held: dict[Consumer, set[int]] = defaultdict(set)
        self._next: dict[Consumer, dict[str, int]] = defaultdict(lambda: defaultdict(int))

    def begin(self) -> None:
        """Take over what the founding left."""
        for service, store in self._world.stores.items():
            for source, position in sorted(store.data.rows.get(MARKS, {})):
                self._mark((service, source), position)

    def see(self, service: str, event: StoredEvent) -> None:
        self.places[service][event.event_id] = (event.stream_id, event.version)

    def committed(self, service: str, work: Work) -> None:
        for change in work.rows:
            if change.table == MARKS and isinstance(change, Add):
                self._mark((service, change.key[0]), change.key[1])
        for held in (*work.dead, *work.parked):
            if held.source.startswith("OUT_"):
                self._hold(service, held)
        for move in work.cursors:
            self._pass(service, move)

    def _source(self, name: str) -> Source:
        service = name[4:].lower()
        source = self.sources.get(name)
        if source is None:
            source = self.sources[name] = Source(self.places[service])
        source.follow(self._world.stores[service].data.outbound)
        return source

    def _mark(self, consumer: Consumer, position: int) -> None:
        source = self._source(consumer[1])
        if position in self.done[consumer]:
            raise Violation(f"{_name(consumer)} took message {position} twice")
        key = source.keys[position - 1]
        at = self._next[consumer][key]
        expected = source.of_key[key][at]
        if position != expected:
            raise Violation(f"{_name(consumer)} took message {position} of a key before its message {expected}")
        self._next[consumer][key] = at + 1
        self.done[consumer].add(position)

    def _hold(self, service: str, held: HeldMessage) -> None:
        self._held[service, held.source].add(held.position)

    def _pass(self, service: str, move: CursorMove) -> None:
        consumer = (service, move.source)
        done, held = self.done[consumer], self._held[consumer]
        positions = self._source(move.source).of_partition[move.partition]
        for position in reversed(positions):
            if position <= move.expected:
                break
            if position <= move.to and position not in done and position not in held:
                raise Violation(f"{_name(consumer)} went past message {position} without handling it")

    def missing(self, follows: Mapping[str, Sequence[str]]) -> list[str]:
        """What has not taken effect, by consumer."""
        result = []
        for service, sources in follows.items():
            for name in sources:
                length = len(self._world.stores[name[4:].lower()].data.outbound)
                lacking = length - len(self.done[service, name])
                if lacking:
                    result.append(f"{service} lacks {lacking} of {length} messages of {name}")
        return result


def _name(consumer: Consumer) -> str:
    return f"{consumer[0]} (of {consumer[1]})"
