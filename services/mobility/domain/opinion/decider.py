"""意见建议 of a member who is away, with the answer of a named body; `opinion-<opinion id>` (domain N24, Y27).

Knowing and taking part are rights of the member (知情权、参与权): nothing that was said stays without an answer.
"""

from typing import Any, Literal

from shared.kernel import opinion
from shared.kernel.decider import Decider
from shared.kernel.opinion import Opinion, opinion_decider
from shared.kernel.sealed import SealedWords

OpinionKind = Literal["opinion", "suggestion", "deed"]
"""意见, “金点子”, “一件实事” (something definite that the member asks the branch to do)."""


class SubmitOpinion(opinion.Submission):
    """Said by the member, entered by whoever of the three parties heard it."""

    care_id: str
    member_id: str
    branch_id: str
    kind: OpinionKind
    text: SealedWords


class OpinionSubmitted(opinion.OpinionSubmitted):
    """It lies with the body."""

    member_id: str
    care_id: str
    branch_id: str
    kind: OpinionKind
    text: SealedWords


class OpinionOverdue(opinion.OpinionOverdue):
    """The superior knows; whose it is stays in mobility."""

    member_id: str


class OpinionReplied(opinion.OpinionReplied):
    """The member has an answer."""

    member_id: str
    text: SealedWords


OPINION: Decider[Any, Opinion] = opinion_decider(OpinionSubmitted, OpinionOverdue, OpinionReplied)
