"""How documents, applications and strengths become rows."""

from typing import Any

from services.registry.domain.instructor_application import events as application
from services.registry.domain.policy_document import events as policy
from services.registry.domain.seat.events import StaffingChanged
from services.registry.projections.staffing_tables import INSTRUCTOR_APPLICATIONS, POLICY_DOCUMENTS, STAFFINGS
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Put, RowChange


def _issued(event: policy.PolicyDocumentIssued, fact: Fact) -> list[RowChange]:
    row = event.model_dump(mode="python") | {"repealed_on": None, "version": fact.version}
    return [Put(POLICY_DOCUMENTS.name, (event.document_id, event.number), row)]


def _repealed(event: policy.PolicyDocumentRepealed, fact: Fact) -> list[RowChange]:
    row = {"document_id": event.document_id, "number": event.number, "repealed_on": event.repealed_on,
           "repeal_reason": event.reason, "version": fact.version}  # fmt: skip
    return [Put(POLICY_DOCUMENTS.name, (event.document_id, event.number), row)]


def _application(application_id: str, fact: Fact, **columns: Any) -> list[RowChange]:
    row = {"application_id": application_id, "version": fact.version} | columns
    return [Put(INSTRUCTOR_APPLICATIONS.name, (application_id,), row)]


def _applied(event: application.InstructorApplied, fact: Fact) -> list[RowChange]:
    facts = event.model_dump(exclude={"application_id", "wishes"})
    turn = {"holder_id": event.organisation_id, "status": "open", "overdue": False}
    return _application(event.application_id, fact, **facts, **turn, wishes=list(event.wishes))


def _reviewed(event: application.InstructorReviewed, fact: Fact) -> list[RowChange]:
    said = {"criteria_met": list(event.criteria_met), "review_text": event.text, "reviewed_by": event.reviewed_by,
            "reviewer_id": event.person_id, "reviewed_at": event.reviewed_at}  # fmt: skip
    turn = {"holder_id": event.reviewed_by if event.accepted else None, "due_at": None, "overdue": False}
    return _application(event.application_id, fact, **said, **turn, status="accepted" if event.accepted else "declined")


def _withdrawn(event: application.InstructorApplicationWithdrawn, fact: Fact) -> list[RowChange]:
    return _application(event.application_id, fact, status="withdrawn", holder_id=None, due_at=None, overdue=False)


def _appointed(event: application.InstructorAppointed, fact: Fact) -> list[RowChange]:
    return _application(event.application_id, fact, status="appointed", holder_id=None, post_id=event.post_id)


def _late(event: application.InstructorReviewOverdue, fact: Fact) -> list[RowChange]:
    return _application(event.application_id, fact, overdue=True)


def _staffed(event: StaffingChanged, fact: Fact) -> list[RowChange]:
    row = event.model_dump(exclude={"alert_days"}) | {"number": fact.version}
    return [Put(STAFFINGS.name, (event.seat_id, fact.version), row)]


STAFFING = (
    Projection(
        "policy_documents",
        1,
        (POLICY_DOCUMENTS.name,),
        {policy.PolicyDocumentIssued: _issued, policy.PolicyDocumentRepealed: _repealed},
        {},
    ),
    Projection(
        "instructor_applications",
        1,
        (INSTRUCTOR_APPLICATIONS.name,),
        {
            application.InstructorApplied: _applied,
            application.InstructorReviewed: _reviewed,
            application.InstructorApplicationWithdrawn: _withdrawn,
            application.InstructorAppointed: _appointed,
            application.InstructorReviewOverdue: _late,
        },
        {},
    ),
    Projection("staffings", 1, (STAFFINGS.name,), {StaffingChanged: _staffed}, {}),
)
