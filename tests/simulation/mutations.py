"""Mechanisms switched off, one at a time, to see whether the simulator notices.

Those of `tests/support/mutations/` that act on what runs here are used as they are; the rest is what those do to
PostgreSQL and NATS, done to the ports in memory.
"""

from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final

from tests.simulation import mutations_of_bodies
from tests.simulation.switching import SWITCHES, deaf, off, switch
from tests.support.mutations import MUTATIONS
from tests.support.mutations import switch as real

__all__ = ["SWITCHES", "mutations_of_bodies", "off"]

SHARED: Final = (
    "lost-messages-not-published-again", "gaps-not-noticed", "keys-not-parked", "killer-messages-not-counted",
    "second-transfer-allowed", "propagated-before-all-is-in",
    "erasure-leaves-the-blind-index", "sent-again-while-unknown", "duties-stay-with-who-left", "a-timer-stops-the-membership",
    "who-was-told-is-forgotten",
)  # fmt: skip
SWITCHES.update({name: MUTATIONS[name] for name in SHARED})


def _unseen(**parts: Any) -> None:
    """The store does not look at these parts of a work before it makes it true."""
    from shared.eventstore.memory import MemoryStore

    original = MemoryStore._refusal

    def refusal(self: Any, work: Any) -> Any:
        return original(self, replace(work, **parts))

    real.replace(MemoryStore, "_refusal", refusal)


@switch
def membership_moved_from_anywhere() -> None:
    """Mobility refuses what would lead to a stale move: its rule and the check of that have to be away as well."""
    from tests.simulation.checks.transfers import Transfers

    MUTATIONS["membership-moved-from-anywhere"]()
    MUTATIONS["second-transfer-allowed"]()
    real.replace(Transfers, "_open", lambda self, member, transfer: None)


@switch
def stream_versions_not_checked() -> None:
    _unseen(appends=[], reads={})


@switch
def remembered_reads_not_checked() -> None:
    _unseen(reads={})


@switch
def cursor_not_compared() -> None:
    _unseen(cursors=[])


@switch
def cursor_outside_the_transaction() -> None:
    from tests.simulation.store import SimulatedStore

    original = SimulatedStore.commit

    async def commit(self: Any, works: Any) -> Any:
        outcomes = await original(self, [replace(work, cursors=[]) for work in works])
        later = [
            replace(type(work)(), cursors=work.cursors)
            for work, outcome in zip(works, outcomes, strict=True)
            if outcome is None and work.cursors
        ]
        if later:
            await original(self, later)
        return outcomes

    real.replace(SimulatedStore, "commit", commit)


@switch
def timers_not_claimed() -> None:
    from shared.eventstore.memory import MemoryStore

    _unseen(fired=[])
    original = MemoryStore._apply

    def apply(self: Any, work: Any) -> None:
        for timer in work.fired:
            self.data.timers.setdefault((timer.stream_id, timer.name), timer)
        original(self, work)

    real.replace(MemoryStore, "_apply", apply)


@switch
def timers_not_cancelled() -> None:
    from shared.eventstore.memory import MemoryStore

    original = MemoryStore._apply
    real.replace(MemoryStore, "_apply", lambda self, work: original(self, replace(work, cancelled=[])))


@switch
def idempotency_keys_not_claimed() -> None:
    from shared.eventstore.executor import Executor

    async def unknown(self: Any, once: Any) -> None:
        return None

    _unseen(idempotency=None)
    real.replace(Executor, "_known", unknown)


@switch
def inbox_not_kept() -> None:
    from tests.simulation.store import SimulatedStore

    async def nothing(self: Any, source: str, message_ids: Any) -> set[str]:
        return set()

    _unseen(inbox=[])
    real.replace(SimulatedStore, "known_in_inbox", nothing)


@switch
def settling_not_claimed() -> None:
    _unseen(resolved=[], unparked=[])


@switch
def order_of_the_queue_ignored() -> None:
    from shared.messaging.memory_outbound import _MemoryLeadership

    original = _MemoryLeadership.sequence

    async def sequence(self: Any, limit: int) -> Any:
        self._store.data.outbox.reverse()
        return await original(self, limit)

    real.replace(_MemoryLeadership, "sequence", sequence)


@switch
def leader_lock_not_taken() -> None:
    from shared.messaging.memory_outbound import MemoryOutboundQueue, _MemoryLeadership
    from tests.simulation import leadership

    def lead(self: Any) -> Any:
        @asynccontextmanager
        async def everybody() -> Any:
            yield leadership._TroubledLeadership(_MemoryLeadership(self, self._store), self, self._rng)

        return everybody()

    real.replace(leadership.SimulatedQueue, "lead", lead)
    real.replace(MemoryOutboundQueue, "is_leader", lambda self, one: True)


@switch
def fence_off() -> None:
    from shared.messaging.memory_bus import MemoryBus

    async def publish(self: Any, stream: str, messages: Any) -> None:
        self._require(stream)
        self.streams[stream].extend(messages)
        self._wake(stream)

    real.replace(MemoryBus, "publish", publish)


@switch
def silence_counts_as_a_refusal() -> None:
    from services.notify.providers.outcome import Declined, NoAnswer
    from services.notify.sending import record

    original = record._result

    async def result(unit: Any, message_id: str, number: int, outcome: Any) -> None:
        if isinstance(outcome, NoAnswer):
            outcome = Declined("timeout", permanent=False)
        await original(unit, message_id, number, outcome)

    real.replace(record, "_result", result)


@switch
def care_goes_on_after_the_return() -> None:
    from services.mobility.domain.care.commands import EndCare
    from services.mobility.domain.care.decider import CARE

    deaf(CARE, EndCare)


@switch
def away_twice() -> None:
    from services.mobility.domain.departure import decider
    from services.mobility.domain.departure.commands import RegisterDeparture

    original = decider.DEPARTURE.decide

    def decide(command: Any, state: Any) -> Any:
        return original(command, replace(state, open=None) if isinstance(command, RegisterDeparture) else state)

    real.replace(decider.DEPARTURE, "decide", decide)


@switch
def overdue_is_said_again() -> None:
    """The reminder of a duty that is escalated, once more: as if nobody had noted that it was overdue."""
    from services.mobility.domain.care import duties

    original = duties.escalate
    real.replace(
        duties,
        "escalate",
        lambda command, state: original(
            command, replace(state, duties={name: replace(one, overdue=False) for name, one in state.duties.items()})
        ),
    )


@switch
def overdue_is_told_to_nobody() -> None:
    from services.notify.domain.message.commands import QueueMessage
    from services.notify.domain.message.decider import MESSAGE

    original = MESSAGE.decide

    def decide(command: Any, state: Any) -> Any:
        silent = isinstance(command, QueueMessage) and command.template == "care-duty-overdue"
        return [] if silent else original(command, state)

    real.replace(MESSAGE, "decide", decide)


@switch
def keys_outlive_their_persons() -> None:
    from shared.privacy.memory_keyring import InMemoryKeyring

    async def destroy(self: Any, person_id: str) -> bool:
        return False

    real.replace(InMemoryKeyring, "destroy", destroy)


@switch
def erased_in_mid_case() -> None:
    from tests.simulation.erasing import MemoryErasing

    original = MemoryErasing._pending

    async def pending(self: Any) -> Any:
        return [row | {"open": False} for row in await original(self)]

    real.replace(MemoryErasing, "_pending", pending)


@switch
def answers_outlive_their_persons() -> None:
    from tests.simulation.erasing import MemoryErasing

    async def nothing(self: Any, person_id: str) -> None: ...

    real.replace(MemoryErasing, "_forget_answers", nothing)


@switch
def dissolved_with_all_in_it() -> None:
    from services.registry.domain.organisation.commands import DissolveOrganisation
    from services.registry.domain.organisation.decider import ORGANISATION

    original = ORGANISATION.decide

    def decide(command: Any, state: Any) -> Any:
        if isinstance(command, DissolveOrganisation):
            command = command.model_copy(update={"members": 0, "children": 0})
        return original(command, state)

    real.replace(ORGANISATION, "decide", decide)


@switch
def the_dissolved_have_no_heir() -> None:
    from services.mobility.domain.transfer.commands import ReplaceOrganisation
    from services.mobility.domain.transfer.decider import TRANSFER

    deaf(TRANSFER, ReplaceOrganisation)


@switch
def taken_in_outside_and_still_on_the_roll() -> None:
    from services.registry.domain.member.commands import CloseMembership
    from services.registry.domain.member.decider import MEMBER

    deaf(MEMBER, CloseMembership)


@switch
def nominated_against_their_will() -> None:
    from services.mobility.domain.talent.decider import TALENT, TalentConsentWithdrawn

    original = TALENT.evolve

    def evolve(state: Any, event: Any) -> Any:
        after = original(state, event)
        return replace(after, open=state.open, past=state.past) if isinstance(event, TalentConsentWithdrawn) else after

    real.replace(TALENT, "evolve", evolve)


@switch
def probation_extended_again() -> None:
    from services.registry.domain.member import standing

    original = standing._extend
    real.replace(standing, "_extend", lambda extended, state: original(extended, replace(state, is_extended=False)))


@switch
def who_has_left_is_decided_about() -> None:
    from services.registry.domain.member import standing

    real.replace(standing, "require_on_the_roll", lambda state: None)


@switch
def the_lead_leaves_with_its_party() -> None:
    """Whoever moves on hands the lead back before a party is removed: that has to be away as well."""
    from services.mobility.domain.care.commands import HandLead
    from services.mobility.domain.care.decider import CARE

    MUTATIONS["the-lead-leaves-with-its-party"]()
    original = CARE.decide

    def decide(command: Any, state: Any) -> Any:
        back = isinstance(command, HandLead) and command.reason == "moved_on"
        return [] if back else original(command, state)

    real.replace(CARE, "decide", decide)
