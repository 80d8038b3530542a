"""`/forms`: questionnaires and the standards of appraisals (问卷、评议标准), in versions (domain N13, N24)."""

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import select

from services.mobility.api import shapes
from services.mobility.api.concerns import decided
from services.mobility.api.fields import Act, Id
from services.mobility.domain.form.decider import FORM, IssueForm
from services.mobility.domain.form.items import FormKind, Items
from services.mobility.projections.forms import FORMS
from shared.runtime.commands import Request
from shared.runtime.definition import Running
from shared.runtime.reading import Row, given, page_of
from shared.security.access import Access, action
from shared.web.paging import Page, Paging
from shared.web.shapes import answers, page


class FormIssue(Act):
    """The next version of a body's own form."""

    form_version: int = Field(ge=1, le=10_000)
    kind: FormKind
    title: str = Field(min_length=1, max_length=100)
    items: Items
    source_document: str = Field(min_length=1, max_length=200)


def forms(running: Running) -> APIRouter:
    """Anybody may read them, and cite them."""
    router = APIRouter(prefix="/forms", tags=["forms"])

    @router.post("/{form_id}/versions", status_code=201, responses=answers(201, shapes.FORM_DONE))
    @action("form.issue")
    async def issue(form_id: Id, body: FormIssue, asked: Request) -> Response:
        await asked.access.acts_for(body.by)
        said_of_it = body.model_dump(exclude={"by"})
        command = IssueForm(form_id=form_id, issued_by=body.by, issued_at=running.clock.now(), **said_of_it)
        said = {"form_id": form_id, "form_version": body.form_version}
        return await decided(running, asked, FORM, form_id, command, 201, **said)

    @router.get("", responses=answers(200, page(shapes.FORM)))
    @action("form.read")
    async def listing(
        paging: Paging, access: Access, form_id: Id | None = None, kind: FormKind | None = None
    ) -> Page[Row]:
        """Every version of every form."""
        query = select(FORMS).where(*given(FORMS, form_id=form_id, kind=kind))
        return await page_of(running, paging, "forms", query, FORMS.c.form_id, FORMS.c.form_version)

    return router
