"""意见建议、诉求 that come in at a 党员综合服务中心 or on a platform (反映意见的渠道, L20); `opinion-<opinion id>`."""

from typing import Any, Literal

from services.registry.domain.vocabulary import Id, OpinionScope
from shared.kernel import opinion
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid
from shared.kernel.opinion import Opinion, opinion_decider

OpinionKind = Literal["opinion", "suggestion", "request"]
"""意见、建议、诉求."""

Voice = Literal["member", "unit", "resident"]
"""党员、单位、群众; of a resident nothing is kept but what they said."""


class SubmitOpinion(opinion.Submission):
    """Said at a station or on a platform, entered there. `speaker_id` is the member or the unit that said it."""

    scope: OpinionScope
    scope_id: Id
    organisation_id: Id
    kind: OpinionKind
    voice: Voice
    speaker_id: Id | None = None


class OpinionSubmitted(opinion.OpinionSubmitted):
    """It lies with the body. Private: what people say is theirs and the body's."""

    scope: OpinionScope
    scope_id: str
    organisation_id: str
    kind: OpinionKind
    voice: Voice
    speaker_id: str | None = None


class OpinionOverdue(opinion.OpinionOverdue):
    """The superior knows, and where it was said."""

    scope: OpinionScope
    scope_id: str


class OpinionReplied(opinion.OpinionReplied):
    """There is an answer, to be passed on where it was said."""

    scope: OpinionScope
    scope_id: str


def check_speaker(voice: Voice, speaker_id: str | None) -> None:
    """Raises `Invalid` (`opinion-speaker`): members and units are named by their ids, residents never."""
    if (voice == "resident") == (speaker_id is not None):
        raise Invalid(
            "opinion-speaker",
            "a member or a unit is named by its id, and a resident is not named",
            remedy="give speaker_id for a member or a unit, and leave it out for a resident",
            where="speaker_id",
        )


OPINION: Decider[Any, Opinion] = opinion_decider(OpinionSubmitted, OpinionOverdue, OpinionReplied)
