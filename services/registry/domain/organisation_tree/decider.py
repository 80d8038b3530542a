"""The guard of the tree of party organisations: one stream, `organisation-tree-all`.

Its version changes whenever the shape of the tree does. Two reparentings (A below B, B below A) are each fine alone and
a cycle together, and they write different organisation streams. So whoever reparents reads the version of this stream
*first*, then the path, and appends `TreeChanged` here in the same transaction: of two at once, one meets a conflict and
decides again, on the path as it is then. The price is that reparentings happen one after the other, which costs
nothing: a reorganisation has tens of them, not thousands.

A child that comes in the moment in which its parent is dissolved is another matter: see `domain.closing`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.registry.domain.vocabulary import Id
from shared.kernel.decider import Decider
from shared.kernel.event import Command, DomainEvent

THE_TREE: Final = "all"
"""The identity of the only stream of its kind."""


class ChangeTree(Command):
    """Take part in the order of the changes; None stands for "not in the tree" (before founding, after dissolving)."""

    organisation_id: Id
    from_parent_id: Id | None
    to_parent_id: Id | None


class TreeChanged(DomainEvent):
    """An organisation hangs elsewhere. Private: others learn it from PartyOrganisationReparented."""

    type = "tree-changed"

    organisation_id: str
    from_parent_id: str | None
    to_parent_id: str | None


@dataclass(frozen=True, slots=True)
class TreeState:
    """How often the tree changed; the shape itself is in the organisations."""

    changes: int = 0


def decide(command: ChangeTree, state: TreeState) -> Sequence[DomainEvent]:
    return [TreeChanged(**command.model_dump())]


def evolve(state: TreeState, event: DomainEvent) -> TreeState:
    return TreeState(state.changes + 1) if isinstance(event, TreeChanged) else state


ORGANISATION_TREE: Decider[ChangeTree, TreeState] = Decider(
    stream_type="organisation-tree",
    initial=TreeState(),
    decide=decide,
    evolve=evolve,
    events=(TreeChanged,),
)
