"""Who belongs to whom among stations, places, organisations, units and members, and from when to when.

Many-to-many and dated: one stream `relation-<kind>:<from>:<to>` per pair, which may begin again after it has ended. Not a
membership: 组织关系 is moved by transfers only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.registry.domain.relation.kinds import KINDS
from services.registry.domain.vocabulary import Id, RelationKind, Scope
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import Command, DomainEvent


class BeginRelation(Command):
    """From that day on. `organisation_id` answers for it: the one that answers for where it leads from."""

    relation_id: str
    kind: RelationKind
    from_id: Id
    to_scope: Scope
    to_id: Id
    organisation_id: Id
    since: date


class EndRelation(Command):
    """`until` is the last day."""

    until: date


RelationCommand = BeginRelation | EndRelation


class RelationBegun(DomainEvent):
    """It holds from that day on."""

    type = "relation-begun"

    relation_id: str
    kind: RelationKind
    from_id: str
    to_scope: Scope
    to_id: str
    organisation_id: str
    since: date


class RelationEnded(DomainEvent):
    """It held until that day; `since` says which of its times is meant."""

    type = "relation-ended"

    relation_id: str
    kind: RelationKind
    from_id: str
    to_scope: Scope
    to_id: str
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class Relation:
    """The newest time in which it held, and its end if it has one."""

    begun: RelationBegun | None = None
    until: date | None = None


def relation_id(kind: RelationKind, from_id: str, to_id: str) -> str:
    """The identity of a pair."""
    return f"{kind}:{from_id}:{to_id}"


def decide(command: RelationCommand, state: Relation) -> Sequence[DomainEvent]:
    """Errors: `relation-ends`, `relation-to-itself`, `relation-exists`, `relation-unknown`, `relation-dates`."""
    match command:
        case BeginRelation():
            return _begin(command, state)
        case EndRelation():
            return _end(command, state)


def _begin(command: BeginRelation, state: Relation) -> Sequence[DomainEvent]:
    kind = KINDS[command.kind]
    if command.to_scope not in kind.targets:
        raise Invalid(
            "relation-ends",
            f"{command.kind} leads from a {kind.source} to a {' or a '.join(kind.targets)}, not to a {command.to_scope}",
            remedy="name another end, or another kind of relation",
            where="to_scope",
        )
    if command.from_id == command.to_id and command.to_scope == kind.source:
        raise Invalid("relation-to-itself", "both ends are the same", remedy="name another organisation", where="to_id")
    begun = RelationBegun(**dict(command))
    if state.begun is not None and _ends(state.begun) != _ends(begun):
        raise Refused(
            "relation-exists",
            f"{command.relation_id} leads from {state.begun.from_id} to the {state.begun.to_scope} {state.begun.to_id}",
            remedy="give one of these another id: two pairs whose ids read the same cannot be told apart",
            where="to_id",
        )
    if state.begun is not None and state.until is None:
        return []
    if state.until is not None and command.since <= state.until:
        raise Invalid(
            "relation-dates",
            f"it held until {state.until} already",
            remedy="let it begin again on a later day",
            where="since",
        )
    return [begun]


def _ends(begun: RelationBegun) -> tuple[str, str, str]:
    return begun.from_id, begun.to_scope, begun.to_id


def _end(command: EndRelation, state: Relation) -> Sequence[DomainEvent]:
    if state.begun is None:
        raise Refused("relation-unknown", "there is no such relation", remedy="check its id")
    if state.until == command.until:
        return []
    if state.until is not None or command.until < state.begun.since:
        raise Invalid(
            "relation-dates",
            f"it held from {state.begun.since} until {state.until or 'now'}",
            remedy="give a day on which it still held",
            where="until",
        )
    return [RelationEnded(**state.begun.model_dump(exclude={"organisation_id"}), until=command.until)]


def evolve(state: Relation, event: DomainEvent) -> Relation:
    match event:
        case RelationBegun():
            return Relation(event)
        case RelationEnded():
            return Relation(state.begun, event.until)
        case _:
            return state


RELATION: Decider[RelationCommand, Relation] = Decider(
    stream_type="relation",
    initial=Relation(),
    decide=decide,
    evolve=evolve,
    events=(RelationBegun, RelationEnded),
)
