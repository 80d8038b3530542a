"""The register of documents (制度文件台账), one stream `policy-document-<id>` each; others cite their versions.

Checklists of sites, duty lists of posts, service lists and rules for staffing are all documents of this one kind: each
has a body that issued it, a source, a day from which it holds, and items or numbers (domain W06, W08, N19, Y10).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, get_args

from services.registry.domain.policy_document.commands import IssuePolicy, PolicyCommand, RepealPolicy
from services.registry.domain.policy_document.events import PolicyDocumentIssued, PolicyDocumentRepealed
from services.registry.domain.policy_document.staffing import RANGES
from services.registry.domain.vocabulary import PolicyKind, PostKind, ServiceWindow
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent

LISTS: Final[frozenset[PolicyKind]] = frozenset({"duty_list", "site_checklist", "service_list"})

_ABOUT: Final[Mapping[PolicyKind, tuple[str, tuple[str, ...]]]] = {
    "duty_list": ("a duty list (责任清单) is about a kind of post", get_args(PostKind)),
    "service_list": ("a list of services (服务清单) is that of a window (便民窗口)", get_args(ServiceWindow)),
}


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """The newest version, and whether it still holds."""

    newest: PolicyDocumentIssued | None = None
    repealed: PolicyDocumentRepealed | None = None


def decide(command: PolicyCommand, state: PolicyDocument) -> Sequence[DomainEvent]:
    """Errors: `document-classified`, `document-items`, `document-about`, `document-numbers`, `document-other-kind`,
    `document-order`, `document-unknown`, `document-repealed`.
    """
    match command:
        case IssuePolicy():
            return _issue(command, state)
        case RepealPolicy():
            return _repeal(command, state)


def _issue(command: IssuePolicy, state: PolicyDocument) -> Sequence[DomainEvent]:
    _check(command)
    newest = state.newest
    issued = PolicyDocumentIssued(**dict(command), number=1 if newest is None else newest.number + 1)
    if newest is None:
        return [issued]
    if newest.model_dump(exclude={"number", "issued_at"}) == issued.model_dump(exclude={"number", "issued_at"}):
        return []
    if state.repealed is not None:
        raise Refused("document-repealed", "the document was repealed", remedy="issue another one, with its own id")
    if (newest.kind, newest.organisation_id) != (command.kind, command.organisation_id):
        raise Refused(
            "document-other-kind",
            f"{command.document_id} is a {newest.kind} of {newest.organisation_id}",
            remedy="use a new id for another document",
        )
    if command.effective_from <= newest.effective_from:
        raise Refused(
            "document-order",
            f"version {newest.number} holds from {newest.effective_from}",
            remedy="let the next one hold from a later day",
            where="effective_from",
        )
    return [issued]


def _check(command: IssuePolicy) -> None:
    if command.classification == "secret":
        raise Invalid(
            "document-classified",
            "what is classified (涉密) must not be entered here",
            remedy="keep it where classified documents are kept",
            where="classification",
        )
    codes = [item.code for item in command.items]
    if len(set(codes)) < len(codes) or (command.kind in LISTS and not codes):
        raise Invalid(
            "document-items",
            f"a {command.kind} has items, each with a code of its own",
            remedy="give every item once",
            where="items",
        )
    if command.kind in _ABOUT and command.about not in _ABOUT[command.kind][1]:
        said, known = _ABOUT[command.kind]
        raise Invalid("document-about", said, remedy=f"name one of {', '.join(known)}", where="about")
    if command.kind == "staffing_rules":
        _check_numbers(command)


def _check_numbers(command: IssuePolicy) -> None:
    for name, value in command.numbers.items():
        least, most = RANGES.get(name, (1, 0))
        if not least <= value <= most:
            meant = ", ".join(f"{known} ({low} to {high})" for known, (low, high) in RANGES.items())
            raise Invalid(
                "document-numbers",
                f"{name} = {value} is no number of such rules",
                remedy=f"known are {meant}",
                where=f"numbers.{name}",
            )


def _repeal(command: RepealPolicy, state: PolicyDocument) -> Sequence[DomainEvent]:
    if state.newest is None:
        raise Refused("document-unknown", "there is no such document", remedy="issue it first")
    repealed = PolicyDocumentRepealed(document_id=state.newest.document_id, number=state.newest.number, **dict(command))
    if state.repealed is not None:
        if state.repealed == repealed:
            return []
        raise Refused("document-repealed", f"it was repealed on {state.repealed.repealed_on}", remedy="nothing is left")
    if command.repealed_on < state.newest.effective_from:
        raise Invalid(
            "document-order",
            f"its newest version holds from {state.newest.effective_from}",
            remedy="give that day or a later one",
            where="repealed_on",
        )
    return [repealed]


def evolve(state: PolicyDocument, event: DomainEvent) -> PolicyDocument:
    match event:
        case PolicyDocumentIssued():
            return PolicyDocument(event)
        case PolicyDocumentRepealed():
            return PolicyDocument(state.newest, event)
        case _:
            return state


POLICY_DOCUMENT: Decider[PolicyCommand, PolicyDocument] = Decider(
    stream_type="policy-document",
    initial=PolicyDocument(),
    decide=decide,
    evolve=evolve,
    events=(PolicyDocumentIssued, PolicyDocumentRepealed),
)
