"""What every state machine of the registry's decisions does, and what must hold of each, whatever is asked in what order."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.mobility.model import MODEL as MOBILITY
from services.mobility.projections.roll import ROLL
from services.notify.model import MODEL as NOTIFY
from services.notify.projections.contacts import CONTACTS
from services.registry.model import MODEL
from shared.contracts.base import PublicEvent
from shared.eventstore.memory import MemoryStore
from shared.eventstore.projection import Fact
from shared.eventstore.records import Work
from tests.property.registry_parts import Registry, Step

Wanted = Any
"""What a machine draws for one step: the kind of it first."""


class RegistryMachine(RuleBasedStateMachine):
    """Asks a few things at once, or one alone. A machine says what can be asked (`steps`, `step`), and of whom (`found`)."""

    steps: ClassVar[st.SearchStrategy[Wanted]]

    @initialize(seed=st.integers(0, 2**16))
    def settle(self, seed: int) -> None:
        self.registry = Registry(seed)
        self.asked = 0
        self.found()

    def found(self) -> None:
        """Enter what is there from the beginning."""
        raise NotImplementedError

    def step(self, wanted: Wanted) -> Step:
        """The decision that was drawn."""
        raise NotImplementedError

    def compatible(self, wanted: list[Wanted]) -> list[Wanted]:
        """Those of the steps that can be under way at once."""
        return wanted

    @rule(data=st.data())
    def at_once(self, data: st.DataObject) -> None:
        wanted = data.draw(st.lists(self.steps, min_size=2, max_size=4))
        self.registry.at_once(*(self._ask(one) for one in self.compatible(wanted)))

    @rule(data=st.data())
    def alone(self, data: st.DataObject) -> None:
        """Whoever is refused changes nothing."""
        before = self._stored()
        [refusal] = self.registry.at_once(self._ask(data.draw(self.steps)))
        if refusal:
            assert self._stored() == before, refusal

    @rule(days=st.integers(1, 240))
    def time_passes(self, days: int) -> None:
        self.registry.clock.advance(timedelta(days=days))
        self.registry.fire_timers()

    @invariant()
    def the_rows_can_be_built_again_from_what_is_stored(self) -> None:
        again = MemoryStore(MODEL.views)
        for event in self.registry.store.data.events:
            fact = Fact(MODEL.decode(event), event.stream_id, event.version, event.recorded_at)
            apply(again, MODEL.changes(fact))
        for table, rows in again.data.rows.items():
            assert rows == self.registry.store.data.rows.get(table, {}), table

    @invariant()
    def rows_have_the_versions_of_their_streams(self) -> None:
        streams = self.registry.store.data.streams
        for table, stream, key in (
            ("units", "unit", "uscc"), ("formation_plans", "formation-plan", "uscc"), ("members", "member", "member_id"),
            ("stations", "station", "station_id"), ("places", "place", "place_id"), ("posts", "post", "post_id"),
            ("inspections", "inspection", "inspection_id"),
        ):  # fmt: skip
            for row in self.registry.rows(table):
                assert row["version"] == len(streams[f"{stream}-{row[key]}"]), (table, row[key])

    def published(self) -> Iterator[tuple[PublicEvent, Fact]]:
        """All that others were told, in the order in which it happened."""
        for event in self.registry.store.data.events:
            public = MODEL.publish(MODEL.decode(event))
            if public is not None:
                yield public, Fact(public, "registry", event.seq, event.recorded_at)

    def kept_elsewhere(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The rows that mobility and notify make of it."""
        mobility, notify = MemoryStore(MOBILITY.views), MemoryStore(NOTIFY.views)
        for _, fact in self.published():
            for projection in ROLL:
                apply(mobility, projection.of_foreign(fact))
            apply(notify, CONTACTS.of_foreign(fact))
        return mobility.data.rows, notify.data.rows

    def teardown(self) -> None:
        if hasattr(self, "registry"):
            self.registry.loop.close()

    def _ask(self, wanted: Wanted) -> Step:
        self.asked += 1
        self.registry.clock.advance(timedelta(seconds=1))
        return self.step(wanted)

    def _stored(self) -> tuple[int, int, int]:
        data = self.registry.store.data
        return len(data.events), len(data.outbox), len(data.index)


def apply(store: MemoryStore, changes: Any) -> None:
    """Change the rows of a store."""
    work = Work()
    work.rows.extend(changes)
    [refusal] = _now(store.commit([work]))
    assert refusal is None


def _now(coroutine: Any) -> Any:
    """The result of what waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("it waits")
