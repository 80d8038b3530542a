"""What lies with an organisation beside its transfers: letters from outside, cards to be given back, what it was asked.

Each matter has one holder and a due time, as a transfer has, and stands in the same inbox.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Text, literal, null, select, true, union_all
from sqlalchemy.sql.selectable import FromClause

from services.mobility.projections.activities import ACTIVITIES
from services.mobility.projections.activity_plans import ACTIVITY_PLANS
from services.mobility.projections.appraisals import TURNS
from services.mobility.projections.care_tables import (
    BRANCH_PROPOSALS,
    CARDS,
    CARE_DUTIES,
    LOST_CONTACTS,
    NOMINATIONS,
    OPINIONS,
)
from services.mobility.projections.inbound_letters import INBOUND_LETTERS


def _matter(
    kind: str,
    table: FromClause,
    identity: str,
    holder: str,
    open_: ColumnElement[bool],
    *,
    task: ColumnElement[Any],
    due: str = "due_at",
    member: str | None = "member_id",
) -> Select[Any]:
    of = table.c
    return select(
        literal(kind).label("kind"),
        of[identity].label("case_id"),
        of[holder].label("holder_id"),
        task.label("task"),
        of[due].label("due_at"),
        of.escalated_to,
        (of[member] if member else null().cast(Text)).label("member_id"),
    ).where(open_)


MATTERS: Final = union_all(
    _matter(
        "inbound_letter", INBOUND_LETTERS, "letter_id", "holder_id", INBOUND_LETTERS.c.holder_id.is_not(None),
        task=INBOUND_LETTERS.c.task,
    ),
    _matter(
        "card", CARDS, "card_id", "branch_id", CARDS.c.return_due_at.is_not(None), task=literal("take_card_back"),
        due="return_due_at",
    ),
    _matter(
        "lost_contact", LOST_CONTACTS, "member_id", "holder_id", LOST_CONTACTS.c.proposal.is_not(None),
        task=LOST_CONTACTS.c.proposal,
    ),
    # Whoever may look into an inbox need not know who was nominated or who has said something: their own pages say that.
    _matter(
        "nomination", NOMINATIONS, "nomination_id", "body_id", NOMINATIONS.c.status == "open",
        task=literal("decide_nomination"), member=None,
    ),
    _matter(
        "opinion", OPINIONS, "opinion_id", "body_id", OPINIONS.c.replied_at.is_(None), task=literal("reply"), member=None
    ),
    _matter(
        "branch_proposal", BRANCH_PROPOSALS, "proposal_id", "body_id", BRANCH_PROPOSALS.c.decided_at.is_(None),
        task=literal("decide_temporary_branch"), member=None,
    ),
    _matter("appraisal", TURNS, "appraisal_id", "holder_id", true(), task=TURNS.c.task),
    _matter(
        "activity", ACTIVITIES, "activity_id", "holder_id", ACTIVITIES.c.holder_id.is_not(None), task=ACTIVITIES.c.task,
        member=None,
    ),
    _matter(
        "activity_plan", ACTIVITY_PLANS, "plan_id", "holder_id", ACTIVITY_PLANS.c.holder_id.is_not(None),
        task=ACTIVITY_PLANS.c.task, member=None,
    ),
    # Of the duties of care only those that are late: a year's report is nobody's business today.
    _matter("care_duty", CARE_DUTIES, "care_id", "organisation_id", CARE_DUTIES.c.overdue, task=CARE_DUTIES.c.kind),
).subquery("matters")  # fmt: skip
"""Every open matter, with the columns that a case has."""
