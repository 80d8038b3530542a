"""Public events of mobility about mobile members (流动党员): departures, three-party care, cards, lost contact.

Persons are named by the ids of the roll. Where somebody went is given as the area only.
"""

from shared.contracts.mobile_members.appraisals import AppraisalDecided, AppraisalOverdue, AppraisalTurn
from shared.contracts.mobile_members.cards import (
    CardReturnOverdue,
    MobileCardEnded,
    MobileCardIssued,
    MobileCardReviewed,
)
from shared.contracts.mobile_members.care import (
    CareDutyEscalated,
    CareDutyOverdue,
    CareEnded,
    CareEstablished,
    CareLeadChanged,
    CareModel,
    CarePartyRole,
    CareRulesAdopted,
)
from shared.contracts.mobile_members.departures import (
    Credential,
    DepartureEnd,
    DepartureEnded,
    DepartureRegistered,
    MemberReturned,
    MobileFileOpened,
    MobileMemberVerified,
    ReturnOutcome,
    TransferProposed,
    VerificationOutcome,
)
from shared.contracts.mobile_members.questions import (
    NominationOverdue,
    OpinionOverdue,
    TemporaryBranchDecided,
    TemporaryBranchOverdue,
    TemporaryBranchProposed,
)
from shared.contracts.mobile_members.searches import (
    ContactLost,
    ContactRestored,
    LossDecided,
    LossProposal,
    LossProposalOverdue,
    LossProposed,
)
from shared.contracts.mobile_members.surveys import SurveyAsked, SurveyResultsOut, SurveyTakenBack

__all__ = [
    "AppraisalDecided",
    "AppraisalOverdue",
    "AppraisalTurn",
    "CardReturnOverdue",
    "CareDutyEscalated",
    "CareDutyOverdue",
    "CareEnded",
    "CareEstablished",
    "CareLeadChanged",
    "CareModel",
    "CarePartyRole",
    "CareRulesAdopted",
    "ContactLost",
    "ContactRestored",
    "Credential",
    "DepartureEnd",
    "DepartureEnded",
    "DepartureRegistered",
    "LossDecided",
    "LossProposal",
    "LossProposalOverdue",
    "LossProposed",
    "MemberReturned",
    "MobileCardEnded",
    "MobileCardIssued",
    "MobileCardReviewed",
    "MobileFileOpened",
    "MobileMemberVerified",
    "NominationOverdue",
    "OpinionOverdue",
    "ReturnOutcome",
    "SurveyAsked",
    "SurveyResultsOut",
    "SurveyTakenBack",
    "TemporaryBranchDecided",
    "TemporaryBranchOverdue",
    "TemporaryBranchProposed",
    "TransferProposed",
    "VerificationOutcome",
]
