"""What the lives never touch stays visible: every command of the services is reached, or stands here with what is missing."""

from tests.simulation.reach import commands, reached

LIVES = range(1, 16)
SELDOM_AT_MOST = 30
"""Commands that these few lives happen not to reach: a change of the code makes other lives of the same seeds."""

NEVER = {
    "mobility": {
        "activity_plan": "AnswerPlan ProposePlan",
        "departure": "LoseStation NameStation",
        "inbound_letter": "AcceptLetter MarkSilent RegisterLetter RejectLetter SendReceipt",
        "reconciliation": "MarkReconciliationDue",
        "relocation": "RetryParty",
        "transfer": "ExpireTransfer",
        "transfer_rules": "AdoptRules",
    },
    "notify": {"message": "CloseAttempt"},
    "registry": {
        "duty": "PlanDuty ReplaceOnDuty ReportGap",
        "formation": "AdoptFormationRules",
        "founding": "CallReplyOverdue",
        "funding": "RecordFunding",
        "inspection": "InspectSite MarkRectificationOverdue Rectify",
        "instructor_application": "ApplyAsInstructor AppointInstructor MarkReviewOverdue ReviewApplication "
        "WithdrawApplication",
        "listing": "BeginList EndList RecordPart",
        "opinion": "SubmitOpinion",
        "organisation": "BeginTerm ChangeOrganisation ExtendTerm GuideOrganisation RemindOfElection UpgradeOrganisation",
        "place": "ChangePlace ClosePlace OpenPlace ReachStep",
        "policy_document": "IssuePolicy RepealPolicy",
        "practice": "BeginPractice EndPractice",
        "records": "VoidRecord",
        "relation": "BeginRelation EndRelation",
        "reorganisation": "FailHandover RevokeHandover",
        "seat": "MarkVacancyOverdue SetStrength",
        "station": "ChangeStation CloseStation",
        "visit": "RecordVisit",
    },
}
"""By service and by what it is about: commands that no doing of the plan leads to within three weeks. Whoever lives one of
them takes it out.
"""


def test_a_command_is_reached_or_stands_among_those_that_never_are() -> None:
    never = {
        f"{service}.{about}.{name}"
        for service, topics in NEVER.items()
        for about, names in topics.items()
        for name in names.split()
    }
    asked = reached(LIVES)
    assert never <= commands().keys()
    assert not never & asked.keys(), "these are reached now: take them out of NEVER"
    seldom = sorted(commands().keys() - never - asked.keys())
    assert len(seldom) <= SELDOM_AT_MOST, seldom
