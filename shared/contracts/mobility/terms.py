"""The words of transfers as published, and what every public event of mobility is."""

from typing import Literal

from shared.contracts.base import PublicEvent

TransferScope = Literal["within_committee", "county", "city", "province", "national", "special"]
Carrying = Literal["electronic", "in_person", "confidential_post"]
RejectionReason = Literal[
    "wrong_destination",
    "not_known_here",
    "dossier_doubtful",
    "admission_doubtful",
    "dues_unpaid",
    "incomplete_papers",
    "organisation_dissolved",
    "other",
]
Outcome = Literal["on_time", "process_failure", "technical_failure", "not_counted"]


class MobilityEvent(PublicEvent, service="mobility"):
    """A fact that mobility owns."""
