"""What happened in a campaign (专项行动)."""

from datetime import date, datetime

from services.registry.domain.vocabulary import CampaignKind, OrganisationKind
from shared.kernel.event import DomainEvent


class CampaignBegun(DomainEvent):
    """A round of it was set: the first by whoever opened the campaign, each later one by the end of the one before."""

    type = "campaign-begun"

    campaign_id: str
    round: int
    kind: CampaignKind
    name: str
    area_code: str
    organisation_id: str
    starts_on: date
    ends_on: date
    target_percent: int
    notice_days: int
    repeats_months: int | None
    organisation_kind: OrganisationKind
    source_document: str | None


class CampaignDue(DomainEvent):
    """The end is near, and of what falls to that organisation so much is missing. Said once a round."""

    type = "campaign-due"

    campaign_id: str
    round: int
    kind: CampaignKind
    organisation_id: str
    ends_on: date
    expected: int
    missing: int
    found_at: datetime


class CampaignEnded(DomainEvent):
    """The round is over: what there was on the day before it began, and on its last day."""

    type = "campaign-ended"

    campaign_id: str
    round: int
    kind: CampaignKind
    organisation_id: str
    starts_on: date
    ends_on: date
    expected_before: int
    done_before: int
    expected: int
    done: int
    missing: int
    target_percent: int
    reached: bool


class CampaignStopped(DomainEvent):
    """It was given up; nobody is reminded of it any more."""

    type = "campaign-stopped"

    campaign_id: str
    round: int
    reason: str
    stopped_on: date
