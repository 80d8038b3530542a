"""Public events of campaigns (专项行动): who still lacks something before the end, and what came of it."""

from datetime import date, datetime

from shared.contracts.registry.terms import CampaignKind, RegistryEvent


class CampaignDue(RegistryEvent, aggregate="campaign", key="campaign_id"):
    """The end is near; of what falls to the organisation, `missing` of `expected` are not done. Said once a round."""

    campaign_id: str
    round: int
    kind: CampaignKind
    organisation_id: str
    ends_on: date
    expected: int
    missing: int
    found_at: datetime


class CampaignEnded(RegistryEvent, aggregate="campaign", key="campaign_id"):
    """A round is over, with what there was before it began and on its last day. The organisation runs the campaign."""

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
