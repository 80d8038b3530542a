"""How the planned relocations end: how many in each way, and the attempts that lead there."""

import random
from collections.abc import Sequence
from enum import Enum, auto

from services.cli.demo.county.relocation_model import Attempt, Outcome, RejectReason

REJECTED_SHARE = 0.05
EXPIRED_SHARE = 0.04

_REMARKS = {
    RejectReason.WRONG_DESTINATION: "该同志工作单位不在我辖区,请核对接收党组织后重新转出",
    RejectReason.NOT_AT_DESTINATION: "经核实,我辖区内无此人工作或居住信息",
    RejectReason.LETTER_INCORRECT: "介绍信所填信息与本人身份信息不一致,请更正",
    RejectReason.DUES_UNCLEAR: "党费缴纳截止月份不清,请注明",
}
_LASTING = tuple(reason for reason in RejectReason if reason is not RejectReason.WRONG_DESTINATION)


class Ending(Enum):
    """The script of one relocation."""

    ACCEPTED = auto()
    REJECTED = auto()
    EXPIRED = auto()
    WRONG_DESTINATION = auto()
    """Rejected by the wrong committee, then sent to the right one and accepted."""


def endings(count: int) -> list[Ending]:
    """The endings of `count` relocations, unordered: one went to the wrong committee, most are simply accepted."""
    wrong = min(1, count)
    rejected, expired = round(count * REJECTED_SHARE), round(count * EXPIRED_SHARE)
    return [
        *[Ending.WRONG_DESTINATION] * wrong,
        *[Ending.REJECTED] * rejected,
        *[Ending.EXPIRED] * expired,
        *[Ending.ACCEPTED] * (count - wrong - rejected - expired),
    ]


def attempts(rng: random.Random, ending: Ending, right: str, mistakable: Sequence[str]) -> tuple[Attempt, ...]:
    """The attempts towards the committee `right`; one of the `mistakable` is where a wrong first one goes."""
    match ending:
        case Ending.ACCEPTED:
            return (Attempt(right, Outcome.ACCEPTED),)
        case Ending.EXPIRED:
            return (Attempt(right, Outcome.EXPIRED),)
        case Ending.REJECTED:
            return (_rejection(right, rng.choice(_LASTING)),)
        case Ending.WRONG_DESTINATION:
            wrong = _rejection(rng.choice(mistakable), RejectReason.WRONG_DESTINATION)
            return (wrong, Attempt(right, Outcome.ACCEPTED))


def _rejection(committee_key: str, reason: RejectReason) -> Attempt:
    return Attempt(committee_key, Outcome.REJECTED, reason, _REMARKS[reason])
