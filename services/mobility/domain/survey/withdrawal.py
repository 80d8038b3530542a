"""撤回: a body takes back what it has asked while it is open. What was answered until then is shown to nobody, at no time."""

from collections.abc import Sequence

from pydantic import AwareDatetime, Field

from services.mobility.domain.survey.events import SurveyOpened, SurveyWithdrawn
from shared.kernel.errors import Refused
from shared.kernel.event import Command, DomainEvent


class WithdrawSurvey(Command):
    """The body that asked says why it asks no longer."""

    text: str = Field(min_length=1, max_length=500)
    withdrawn_by: str
    withdrawn_at: AwareDatetime


def withdraw(command: WithdrawSurvey, opened: SurveyOpened, *, over: bool, withdrawn: bool) -> Sequence[DomainEvent]:
    """Errors: `not-your-survey`, `survey-closed`. `over`: its results are out, or about to be."""
    if command.withdrawn_by != opened.body_id:
        raise Refused("not-your-survey", f"{opened.body_id} has asked", remedy="let it take that back", where="by")
    if withdrawn:
        return []
    if over:
        raise Refused("survey-closed", "it has closed, and its results stand", remedy="say what is wrong with them")
    return [SurveyWithdrawn(survey_id=opened.survey_id, body_id=opened.body_id, **command.model_dump())]


def require_asked(withdrawn: bool) -> None:
    """Errors (`Refused`): `survey-withdrawn`."""
    if withdrawn:
        raise Refused(
            "survey-withdrawn", "the body does not ask this any more", remedy="enter what is to be said as an opinion"
        )
