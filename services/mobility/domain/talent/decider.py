"""乡土人才库与推荐 (domain N30): with consent, which can be taken back at any time; `talent-<member id>`.

A body that was asked decides about a nomination, by a time. Whoever takes the consent back is out of the pool and of every
open nomination, at once and without a reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal

from pydantic import AwareDatetime, Field

from shared.kernel.decider import Decider
from shared.kernel.errors import NotFound, Refused
from shared.kernel.event import Command, DomainEvent
from shared.kernel.question import Question, silence_at
from shared.kernel.sealed import SealedWords
from shared.kernel.timer import ArmTimer, CancelTimer, DueTimer, TimerChange

SILENT: Final = "nomination-silence."

TalentKind = Literal["local_talent", "reserve_cadre", "delegate_or_member", "term_candidate"]
"""乡土人才、村级后备干部、“两代表一委员”、换届人选."""


class ListTalent(Command):
    """Put into the pool, or with other kinds. `consent_document` is the id of what the member signed."""

    member_id: str
    kinds: tuple[TalentKind, ...] = Field(min_length=1, max_length=4)
    consent_document: str = Field(min_length=1, max_length=200)
    listed_by: str
    listed_at: AwareDatetime


class WithdrawConsent(Command):
    """The member does not want it any more."""

    recorded_by: str
    withdrawn_at: AwareDatetime


class Nominate(Command):
    """Propose the member to a body."""

    nomination_id: str
    kind: TalentKind
    body_id: str
    text: SealedWords
    nominated_by: str
    nominated_at: AwareDatetime
    due_at: AwareDatetime
    superior_id: str | None = None


class DecideNomination(Command):
    """The body says yes or no, who decided, and why."""

    nomination_id: str
    accepted: bool
    text: SealedWords
    decided_by: str
    person_id: str
    decided_at: AwareDatetime


class MarkNominationOverdue(Command):
    """Made by a timer that was set for `due_at`."""

    nomination_id: str
    due_at: AwareDatetime


TalentCommand = ListTalent | WithdrawConsent | Nominate | DecideNomination | MarkNominationOverdue


class TalentEvent(DomainEvent):
    """Whose."""

    member_id: str


class TalentListed(TalentEvent):
    """In the pool, with consent."""

    type = "talent-listed"

    kinds: tuple[TalentKind, ...]
    consent_document: str
    listed_by: str
    listed_at: datetime


class TalentConsentWithdrawn(TalentEvent):
    """Out of the pool; open nominations end."""

    type = "talent-consent-withdrawn"

    nomination_ids: tuple[str, ...]
    recorded_by: str
    withdrawn_at: datetime


class TalentNominated(TalentEvent):
    """A body was asked."""

    type = "talent-nominated"

    nomination_id: str
    kind: TalentKind
    body_id: str
    text: SealedWords
    nominated_by: str
    nominated_at: datetime
    due_at: datetime
    superior_id: str | None = None


class NominationOverdue(TalentEvent):
    """The body has not decided; its superior knows. It stays with the body."""

    type = "nomination-overdue"

    nomination_id: str
    body_id: str
    superior_id: str
    due_at: datetime


class NominationDecided(TalentEvent):
    """What the body decided."""

    type = "nomination-decided"

    nomination_id: str
    accepted: bool
    text: SealedWords
    decided_by: str
    person_id: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Talent:
    """One member's place in the pool; `open` are the questions, by nomination."""

    listed: TalentListed | None = None
    open: Mapping[str, Question] = field(default_factory=dict)
    past: frozenset[str] = frozenset()


def decide(command: TalentCommand, state: Talent) -> Sequence[DomainEvent]:
    """Errors: `not-in-the-pool`, `not-of-that-kind`, `nomination-unknown`, `nomination-ended`, `not-the-body`."""
    match command:
        case ListTalent():
            listed = TalentListed(**command.model_dump())
            at = {"listed_at", "listed_by"}
            same = state.listed is not None and state.listed.model_dump(exclude=at) == listed.model_dump(exclude=at)
            return [] if same else [listed]
        case WithdrawConsent():
            if state.listed is None:
                return []
            return [
                TalentConsentWithdrawn(
                    **command.model_dump(), member_id=state.listed.member_id, nomination_ids=tuple(state.open)
                )
            ]
        case Nominate():
            return _nominate(command, state)
        case DecideNomination():
            return _decide(command, state)
        case MarkNominationOverdue():
            return _overdue(command, state)


def _nominate(command: Nominate, state: Talent) -> Sequence[DomainEvent]:
    if command.nomination_id in state.open or command.nomination_id in state.past:
        return []
    if state.listed is None:
        raise Refused("not-in-the-pool", "there is no consent of this member", remedy="ask them, and list them first")
    if command.kind not in state.listed.kinds:
        raise Refused(
            "not-of-that-kind", "the member agreed to something else", remedy="list them with that kind", where="kind"
        )
    return [TalentNominated(**command.model_dump(), member_id=state.listed.member_id)]


def _decide(command: DecideNomination, state: Talent) -> Sequence[DomainEvent]:
    if command.nomination_id in state.past:
        raise Refused("nomination-ended", "it was decided, or the consent was withdrawn", remedy="nominate anew")
    question = state.open.get(command.nomination_id)
    if question is None or state.listed is None:
        raise NotFound("nomination-unknown", "there is no such nomination", remedy="check its id")
    question.check_body(command.decided_by)
    return [NominationDecided(**command.model_dump(), member_id=state.listed.member_id)]


def _overdue(command: MarkNominationOverdue, state: Talent) -> Sequence[DomainEvent]:
    question = state.open.get(command.nomination_id)
    if question is None or state.listed is None or not question.silent(command.due_at):
        return []
    whose = {"member_id": state.listed.member_id, "nomination_id": command.nomination_id}
    return [NominationOverdue.model_validate(whose | question.told)]


def evolve(state: Talent, event: DomainEvent) -> Talent:
    match event:
        case TalentListed():
            return replace(state, listed=event)
        case TalentConsentWithdrawn():
            return Talent(None, {}, state.past | set(state.open))
        case TalentNominated():
            question = Question(event.body_id, event.due_at, event.superior_id)
            return replace(state, open={**state.open, event.nomination_id: question})
        case NominationOverdue():
            silent = replace(state.open[event.nomination_id], overdue=True)
            return replace(state, open={**state.open, event.nomination_id: silent})
        case NominationDecided():
            left = {one: question for one, question in state.open.items() if one != event.nomination_id}
            return replace(state, open=left, past=state.past | {event.nomination_id})
        case _:
            return state


def timers(event: DomainEvent) -> Sequence[TimerChange]:
    match event:
        case TalentNominated():
            return [ArmTimer(SILENT + event.nomination_id, silence_at(event.due_at))]
        case NominationOverdue() | NominationDecided():
            return [CancelTimer(SILENT + event.nomination_id)]
        case TalentConsentWithdrawn():
            return [CancelTimer(SILENT + one) for one in event.nomination_ids]
        case _:
            return []


def on_timer(timer: DueTimer) -> TalentCommand:
    return MarkNominationOverdue(nomination_id=timer.name.removeprefix(SILENT), due_at=timer.due_at)


TALENT: Decider[TalentCommand, Talent] = Decider(
    stream_type="talent",
    initial=Talent(),
    decide=decide,
    evolve=evolve,
    events=(TalentListed, TalentConsentWithdrawn, TalentNominated, NominationOverdue, NominationDecided),
    timers=timers,
    on_timer=on_timer,
)
