"""What the registry answers about campaigns."""

from datetime import date

from services.registry.projections.campaigns import CAMPAIGNS
from shared.web.shapes import done, row, shape

CAMPAIGN = row("Campaign", CAMPAIGNS)
CAMPAIGN_DONE = done("CampaignDone", campaign_id=str)
_BASELINE = shape("CampaignBaseline", expected=int, done=int, missing=int)
_PROGRESS = shape("CampaignFigures", expected=int, done=int, missing=int, reached=bool)
CAMPAIGN_PROGRESS = row(
    "CampaignProgress", CAMPAIGNS, as_of=date, baseline=_BASELINE, progress=_PROGRESS, lists=int, new_units=int
)
CAMPAIGN_LACKING = shape(
    "CampaignLacking", scope=str, scope_id=str, name=str | None, responsible_id=str | None, why=str | None,
    plan_status=str | None,
)  # fmt: skip
