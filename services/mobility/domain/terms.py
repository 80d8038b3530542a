"""The words that more than one part of mobility uses; the same literals as in the published language."""

from typing import Literal

TransferScope = Literal["within_committee", "county", "city", "province", "national"]
"""How far a 组织关系转接 goes (domain T13). Decides the approval path and how long the letter is valid."""

RejectionReason = Literal[
    "wrong_destination", "not_known_here", "dossier_doubtful", "dues_unpaid", "incomplete_papers", "other"
]
"""Why a transfer was refused (domain T4: 不得无故拒转拒接)."""

Task = Literal["approve", "accept", "return_receipt", "confirm_membership", "resolve_rejection", "resolve_expiry"]
"""What the holder of a case (轮到谁) has to do."""
