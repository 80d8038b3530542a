"""意见建议、诉求 that come in at a 党员综合服务中心 or on a platform (反映意见的渠道, L20); `opinion-<opinion id>`."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from services.registry.domain.vocabulary import Id, OpinionScope
from shared.kernel import opinion
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid
from shared.kernel.opinion import Opinion, opinion_decider
from shared.kernel.sealed import Sealed, SealedWords

OpinionKind = Literal["opinion", "suggestion", "request"]
"""意见、建议、诉求."""

Voice = Literal["member", "unit", "resident"]
"""党员、单位、群众; of a resident nothing is kept but what they said."""


Spoken = Annotated[SealedWords | str, Field(union_mode="left_to_right")]
"""Sealed of a member; what a unit or a resident said is nobody's who could be named."""


def _sealed_of_a_member(event: "OpinionSubmitted | OpinionReplied") -> "OpinionSubmitted | OpinionReplied":
    """An event with a member's words in clear cannot be made."""
    if event.voice == "member" and not isinstance(event.text, Sealed):
        raise ValueError("the words of a member are sealed before they are kept")
    return event


class SubmitOpinion(opinion.Submission):
    """Said at a station or on a platform, entered there. `speaker_id` is the member or the unit that said it."""

    scope: OpinionScope
    scope_id: Id
    organisation_id: Id
    kind: OpinionKind
    voice: Voice
    speaker_id: Id | None = None
    text: Spoken


class OpinionSubmitted(opinion.OpinionSubmitted):
    """It lies with the body. Private: what people say is theirs and the body's."""

    scope: OpinionScope
    scope_id: str
    organisation_id: str
    kind: OpinionKind
    voice: Voice
    speaker_id: str | None = None
    text: Spoken

    _of_a_member = model_validator(mode="after")(_sealed_of_a_member)


class OpinionOverdue(opinion.OpinionOverdue):
    """The superior knows, and where it was said."""

    scope: OpinionScope
    scope_id: str


class OpinionReplied(opinion.OpinionReplied):
    """There is an answer, to be passed on where it was said."""

    scope: OpinionScope
    scope_id: str
    voice: Voice
    speaker_id: str | None = None
    text: Spoken

    _of_a_member = model_validator(mode="after")(_sealed_of_a_member)


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
