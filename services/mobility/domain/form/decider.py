"""问卷、评议标准: what members are asked and what appraisals go by, in versions; `form-<form id>` (domain N13, N24)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import AwareDatetime, Field

from services.mobility.domain.form.items import FormKind, Items, check_items
from services.mobility.domain.versions import next_version
from shared.kernel.decider import Decider
from shared.kernel.errors import NotFound, Refused
from shared.kernel.event import Command, DomainEvent


class IssueForm(Command):
    """The next version; `source_document` says where it comes from."""

    form_id: str
    form_version: int = Field(ge=1)
    kind: FormKind
    title: str = Field(min_length=1, max_length=100)
    items: Items
    source_document: str = Field(min_length=1, max_length=200)
    issued_by: str
    issued_at: AwareDatetime


class FormIssued(DomainEvent):
    """From now on it can be cited."""

    type = "form-issued"

    form_id: str
    form_version: int
    kind: FormKind
    title: str
    items: Items
    source_document: str
    issued_by: str
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class Form:
    """Every version so far, oldest first."""

    versions: tuple[FormIssued, ...] = ()

    def cited(self, version: int, kind: FormKind) -> FormIssued:
        """That version. Errors: `form-unknown`, `form-of-another-kind`."""
        if not 1 <= version <= len(self.versions):
            raise NotFound("form-unknown", "there is no such version of that form", remedy="see GET /forms")
        form = self.versions[version - 1]
        if form.kind != kind:
            raise Refused(
                "form-of-another-kind", f"the form is for another purpose ({form.kind})", remedy=f"name one for {kind}"
            )
        return form


def decide(command: IssueForm, state: Form) -> Sequence[DomainEvent]:
    """Errors: `form-taken` for somebody else's form or one of another kind, and of `check_items` and `next_version`."""
    check_items(command.kind, command.items)
    first = state.versions[0] if state.versions else None
    if first is not None and (first.kind, first.issued_by) != (command.kind, command.issued_by):
        raise Refused(
            "form-taken", "this form is another body's, or of another kind", remedy="choose an id of its own for yours"
        )
    return next_version(FormIssued(**command.model_dump()), state.versions, "form_version")


def evolve(state: Form, event: DomainEvent) -> Form:
    return Form((*state.versions, event)) if isinstance(event, FormIssued) else state


FORM: Decider[IssueForm, Form] = Decider(
    stream_type="form",
    initial=Form(),
    decide=decide,
    evolve=evolve,
    events=(FormIssued,),
)
