"""Whoever is erased: not in the midst of what needs their data, and then nothing readable of them is left anywhere."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from shared.eventstore.records import StoredEvent, Work
from shared.eventstore.rows import Put, Remove
from shared.kernel.sealed import Erased
from tests.simulation.violation import Violation

if TYPE_CHECKING:
    from tests.simulation.world import World

_LOOKED: Final = timedelta(minutes=5)
"""So long before it is erased a case has to be known to count as one that was there: the list may be read just before."""
_IN_FLIGHT: Final = 600.0
"""Seconds for which a message whose address was opened before may still be on its way."""


@dataclass(frozen=True)
class _Asked:
    although_open: bool
    key_id: str | None


class Erasures:
    """What the registry says of erasures, against its keys, its index and everything that is stored."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._asked: dict[str, _Asked] = {}
        self._erased: dict[str, float] = {}
        self._cases: dict[str, dict[tuple[str, str], float]] = {}
        self._answers: dict[str, set[str]] = {}

    def registry(self, event: StoredEvent) -> None:
        data = event.data
        if event.type == "erasure-requested":
            key = self._world.keyring._keys.get(data["person_id"])
            before = self._asked.get(data["person_id"])
            key_id = before.key_id if before else None if key is None or isinstance(key, Erased) else key.key_id
            self._asked[data["person_id"]] = _Asked(data["although_open"], key_id)
        elif event.type == "person-erased":
            self._done(data["person_id"])

    def committed(self, work: Work) -> None:
        """The registry's own list of what needs whose data."""
        for change in work.rows:
            if change.table == "open_cases" and isinstance(change, Put):
                cases = self._cases.setdefault(str(change.values["member_id"]), {})
                cases.setdefault((str(change.key[0]), str(change.key[1])), self._world.loop.time())
            elif change.table == "open_cases" and isinstance(change, Remove):
                for cases in self._cases.values():
                    cases.pop((str(change.key[0]), str(change.key[1])), None)

    def _done(self, person: str) -> None:
        now = self._world.loop.time()
        if not isinstance(self._world.keyring._keys.get(person), Erased):
            raise Violation(f"{person} counts as erased, and the key is there")
        if not self._asked[person].although_open:
            for case, since in self._cases.get(person, {}).items():
                if now - since > _LOOKED.total_seconds():
                    raise Violation(f"{person} was erased in the midst of the {case[1]} {case[0]}")
        self._erased[person] = now

    def destroyed(self, person: str) -> None:
        """The key is gone: what was answered until now goes with it."""
        answers = self._world.stores["registry"].data.answers
        self._answers[person] = {key for key, one in answers.items() if f'"member_id":"{person}"' in one.body}

    def taken(self, person: str, message_id: str) -> None:
        """A provider took a message to that person."""
        erased = self._erased.get(person)
        if erased is not None and self._world.loop.time() - erased > _IN_FLIGHT:
            raise Violation(f"message {message_id} went to {person}, who is erased")

    def unfinished(self) -> list[str]:
        """Erasures that nothing stands against any more."""
        return [
            f"{person} is not erased"
            for person, asked in self._asked.items()
            if person not in self._erased and (asked.although_open or not self._cases.get(person))
        ]

    def readable(self) -> list[str]:
        """At rest: what is left of those who are erased, in any store, stream or answer."""
        return list(self._left()) if self._erased else []

    def _left(self) -> Iterator[str]:
        world = self._world
        registry = world.stores["registry"].data
        for person in sorted(self._erased):
            if any(entry.owner == person for entry in registry.index):
                yield f"a number leads to {person}, who is erased"
            if kept := sorted(self._answers[person] & registry.answers.keys()):
                yield f"the answer {kept[0]} is about {person}, who is erased"
            key_id = self._asked[person].key_id
            if any(getattr(key, "key_id", None) == key_id for key in world.keyring._keys.values() if key_id):
                yield f"the key of {person}, who is erased, is kept under another id"
        words = {word for person in self._erased for word in world.known_of[person]}
        words |= {repr(word.encode())[2:-1] for word in words}  # as they stand in what is kept as bytes
        said = re.compile("|".join(map(re.escape, sorted(words))))
        for where, kept in _everything(world):
            if found := said.search(repr(kept)):
                yield f"{where} holds {found.group()!r}, which is known of somebody who is erased"


def _everything(world: "World") -> Iterator[tuple[str, Any]]:
    for service, store in world.stores.items():
        yield from ((f"{service}.{name}", kept) for name, kept in vars(store.data).items())
    yield from world.bus.streams.items()
    yield "inbound", world.inbound.messages
