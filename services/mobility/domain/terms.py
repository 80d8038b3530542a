"""The words that more than one part of mobility uses; the same literals as in the published language."""

from typing import Literal

TransferScope = Literal["within_committee", "county", "city", "province", "national", "special"]
"""How far a 组织关系转接 goes (domain T13). Decides the approval path and how long the letter is valid.

`special`: 涉密, military, police, some banks; on paper whatever the distance (domain T15).
"""

Carrying = Literal["electronic", "in_person", "confidential_post"]
"""How the 介绍信 travels (domain T12): not at all, with the member, or by 机要. Ordinary couriers are forbidden."""

Leg = Literal["electronic", "paper"]
"""One of the two ways on which one and the same case may travel at once (domain T14)."""

LegStep = Literal["sent", "arrived", "answered"]

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
"""Why a transfer was refused (domain T4: 不得无故拒转拒接). `organisation_dissolved` is nobody's decision but a fact."""

Fault = Literal["clerk", "member_with_reason", "member_without_reason", "lost_in_transit", "other"]
"""What the source found out about a letter that expired or was lost (domain T10, T11)."""

Task = Literal[
    "approve",
    "accept",
    "acknowledge_void",
    "check_dossier",
    "assign_branch",
    "await_outside",
    "return_receipt",
    "confirm_membership",
    "resolve_rejection",
    "resolve_expiry",
]
"""What the holder of a case (轮到谁) has to do."""

Outcome = Literal["on_time", "process_failure", "technical_failure", "not_counted"]
"""How a transfer stood some days after its start. A machine's failure is never counted as a person's slowness (GP2GP)."""
