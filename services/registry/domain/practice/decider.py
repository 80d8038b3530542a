"""What an organisation, a unit or a place does in a way of its own (载体、特色、品牌、挂牌、合同条款), `practice-<id>`.

Dated, with what shows it and the body that recognised it. Of a kind that is not repeatable there is one stream per kind and
holder, so that one stands at a time; it may begin again after it ended.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import Field

from services.registry.domain.policy_document.commands import Code, Digest
from services.registry.domain.practice.kinds import KINDS
from services.registry.domain.vocabulary import Id, Name, PracticeKind, Reason, Scope
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import Command, DomainEvent


class BeginPractice(Command):
    """It stands from that day on. `text` is what it is about, such as the promise on a plaque; never a person's name."""

    practice_id: str
    kind: PracticeKind
    scope: Scope
    scope_id: Id
    organisation_id: str
    name: Name
    text: Annotated[str, Field(max_length=2000)] = ""
    aspect: Code | None = None
    evidence: tuple[Digest, ...] = Field(default=(), max_length=20)
    source_document: Name | None = None
    approved_by: Id
    since: date


class EndPractice(Command):
    """`until` is the last day."""

    until: date
    reason: Reason


PracticeCommand = BeginPractice | EndPractice


class PracticeBegun(DomainEvent):
    """It stands from that day on."""

    type = "practice-begun"

    practice_id: str
    kind: PracticeKind
    scope: Scope
    scope_id: str
    organisation_id: str
    name: str
    text: str
    aspect: str | None
    evidence: tuple[str, ...]
    source_document: str | None
    approved_by: str
    since: date


class PracticeEnded(DomainEvent):
    """It stood until that day; `since` says which of its times is meant."""

    type = "practice-ended"

    practice_id: str
    kind: PracticeKind
    scope: Scope
    scope_id: str
    since: date
    until: date
    reason: str


@dataclass(frozen=True, slots=True)
class Practice:
    """The newest time in which it stood, and its end if it has one."""

    begun: PracticeBegun | None = None
    until: date | None = None


def practice_id(kind: PracticeKind, scope_id: str, drawn: str) -> str:
    """The identity of a holder's practice of that kind: the drawn one for a kind that is repeatable."""
    return drawn if KINDS[kind].repeatable else f"{kind}:{scope_id}"


def decide(command: PracticeCommand, state: Practice) -> Sequence[DomainEvent]:
    """Errors: `practice-scope`, `practice-aspect`, `practice-document`, `practice-stands`, `practice-dates`,
    `practice-unknown`.
    """
    match command:
        case BeginPractice():
            return _begin(command, state)
        case EndPractice():
            return _end(command, state)


def _begin(command: BeginPractice, state: Practice) -> Sequence[DomainEvent]:
    kind = KINDS[command.kind]
    if command.scope not in kind.scopes:
        whose = " or a ".join(kind.scopes)
        raise Invalid("practice-scope", f"a {command.kind} is a {whose}'s", remedy="name one of these", where="scope")
    if kind.aspects and command.aspect not in kind.aspects:
        raise Invalid(
            "practice-aspect",
            f"a {command.kind} is {' or '.join(kind.aspects)}",
            remedy="say which in aspect",
            where="aspect",
        )
    if kind.documented and command.source_document is None:
        raise Invalid(
            "practice-document",
            f"a {command.kind} stands in a document",
            remedy="name the document",
            where="source_document",
        )
    begun = PracticeBegun(**command.model_dump())
    if state.begun is not None and state.until is None:
        if state.begun == begun:
            return []
        raise Refused(
            "practice-stands",
            f"there is a {command.kind} since {state.begun.since}",
            remedy="end it first: one stands at a time",
        )
    if state.until is not None and command.since <= state.until:
        raise Invalid(
            "practice-dates", f"one stood until {state.until}", remedy="let it begin on a later day", where="since"
        )
    return [begun]


def _end(command: EndPractice, state: Practice) -> Sequence[DomainEvent]:
    if state.begun is None:
        raise Refused("practice-unknown", "there is no such practice", remedy="check its id")
    if state.until == command.until:
        return []
    if state.until is not None or command.until < state.begun.since:
        raise Invalid(
            "practice-dates",
            f"it stood from {state.begun.since} until {state.until or 'now'}",
            remedy="give a day on which it still stood",
            where="until",
        )
    facts = state.begun.model_dump(include={"practice_id", "kind", "scope", "scope_id", "since"})
    return [PracticeEnded(**facts, **dict(command))]


def evolve(state: Practice, event: DomainEvent) -> Practice:
    match event:
        case PracticeBegun():
            return Practice(event)
        case PracticeEnded():
            return Practice(state.begun, event.until)
        case _:
            return state


PRACTICE: Decider[PracticeCommand, Practice] = Decider(
    stream_type="practice",
    initial=Practice(),
    decide=decide,
    evolve=evolve,
    events=(PracticeBegun, PracticeEnded),
)
