"""专项行动: something that is to be done throughout an area by a day, stream `campaign-<id>`: 一次集中组建 (domain L02),
村级活动场所全覆盖 (Y09), 百名干部进百企 (Y12).

What is to be done and what is missing is counted by its kind (`application/campaign_measures.py`) and comes with the
command; the stream sees to it that each responsible organisation is told once a round, and that the result stays as it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.registry.domain.campaign.events import CampaignBegun, CampaignDue, CampaignEnded, CampaignStopped
from services.registry.domain.vocabulary import CampaignKind, Id, Name, OrganisationKind, Reason
from shared.kernel.calendar import add_months
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import Command, DomainEvent
from shared.kernel.identifiers.area_code import AreaCode

LONGEST: Final = timedelta(days=3 * 366)
"""Of one round; what goes on for longer repeats."""

_DAY: Final = timedelta(days=1)


class Figures(BaseModel):
    """Of how much something is expected, and how much has it."""

    model_config = ConfigDict(frozen=True)

    expected: int
    done: int

    @property
    def missing(self) -> int:
        return self.expected - self.done

    def reaches(self, target_percent: int) -> bool:
        """Whether that share of it has it; of nothing every share does."""
        return self.done * 100 >= self.expected * target_percent


class OpenCampaign(Command):
    """By `ends_on` so much of the area is to have what the kind asks for. Whoever lacks it is told `notice_days` before.

    With `repeats_months` the next round begins on the day after, and lasts so long. `organisation_kind` says of which
    organisations a site is expected; other kinds look at units.
    """

    campaign_id: Id
    kind: CampaignKind
    name: Name
    area_code: AreaCode
    organisation_id: Id
    starts_on: date
    ends_on: date
    target_percent: int = Field(default=100, ge=1, le=100)
    notice_days: int = Field(default=30, ge=1, le=180)
    repeats_months: int | None = Field(default=None, ge=1, le=12)
    organisation_kind: OrganisationKind = "branch"
    source_document: Name | None = None


class Remind(Command):
    """Tell these organisations what they lack. Made by the round that looks."""

    round: int
    lacking: dict[str, Figures]
    at: AwareDatetime


class EndRound(Command):
    """Keep the result. Made by the round that looks."""

    round: int
    before: Figures
    then: Figures


class StopCampaign(Command):
    """Give it up."""

    reason: Reason
    on: date


CampaignCommand = OpenCampaign | Remind | EndRound | StopCampaign


@dataclass(frozen=True, slots=True)
class CampaignState:
    """The newest round, whether it is under way, and who was told in it."""

    begun: CampaignBegun | None = None
    open: bool = False
    told: frozenset[str] = frozenset()


def decide(command: CampaignCommand, state: CampaignState) -> Sequence[DomainEvent]:
    """Errors: `campaign-dates`, `campaign-exists`, `campaign-unknown`."""
    if isinstance(command, OpenCampaign):
        return _open(command, state)
    begun = state.begun
    if begun is None:
        raise Refused("campaign-unknown", "there is no such campaign", remedy="check its id")
    match command:
        case StopCampaign():
            stopped = CampaignStopped(
                campaign_id=begun.campaign_id, round=begun.round, reason=command.reason, stopped_on=command.on
            )
            return [stopped] if state.open else []
        case _ if not state.open or command.round != begun.round:
            return []
        case Remind():
            return [
                CampaignDue(
                    organisation_id=organisation_id,
                    found_at=command.at,
                    expected=lack.expected,
                    missing=lack.missing,
                    **begun.model_dump(include={"campaign_id", "round", "kind", "ends_on"}),
                )
                for organisation_id, lack in sorted(command.lacking.items())
                if organisation_id not in state.told
            ]
        case EndRound():
            return _end(command, begun)


def _open(command: OpenCampaign, state: CampaignState) -> Sequence[DomainEvent]:
    if not command.starts_on <= command.ends_on <= command.starts_on + LONGEST:
        raise Invalid(
            "campaign-dates",
            f"it would last from {command.starts_on} until {command.ends_on}",
            remedy=f"give a last day on or after the first, within {LONGEST.days} days",
            where="ends_on",
        )
    begun = CampaignBegun(round=1, **command.model_dump())
    if state.begun is None:
        return [begun]
    if state.begun == begun:
        return []
    raise Refused("campaign-exists", "another campaign has this id, or it has gone on since", remedy="use a new id")


def _end(command: EndRound, begun: CampaignBegun) -> Sequence[DomainEvent]:
    facts = {"campaign_id", "round", "kind", "organisation_id", "starts_on", "ends_on", "target_percent"}
    ended = CampaignEnded(
        expected_before=command.before.expected,
        done_before=command.before.done,
        missing=command.then.missing,
        reached=command.then.reaches(begun.target_percent),
        **command.then.model_dump(),
        **begun.model_dump(include=facts),
    )
    if begun.repeats_months is None:
        return [ended]
    starts_on = begun.ends_on + _DAY
    following = {
        "round": begun.round + 1,
        "starts_on": starts_on,
        "ends_on": add_months(starts_on, begun.repeats_months) - _DAY,
    }
    return [ended, begun.model_copy(update=following)]


def evolve(state: CampaignState, event: DomainEvent) -> CampaignState:
    match event:
        case CampaignBegun():
            return CampaignState(event, open=True)
        case CampaignDue():
            return replace(state, told=state.told | {event.organisation_id})
        case CampaignEnded() | CampaignStopped():
            return replace(state, open=False)
        case _:
            return state


CAMPAIGN: Decider[CampaignCommand, CampaignState] = Decider(
    stream_type="campaign",
    initial=CampaignState(),
    decide=decide,
    evolve=evolve,
    events=(CampaignBegun, CampaignDue, CampaignEnded, CampaignStopped),
)
