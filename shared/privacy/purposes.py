"""What personal data may be looked at for (处理目的): a closed list, since a free text could hold a name itself.

PIPL art. 6 and 28 ask for a definite purpose; a purpose that is not here is one that nobody has decided on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from shared.kernel.errors import Forbidden

LookupPurpose = Literal["verify-identity", "transfer", "correct-data", "subject-request", "supervision"]
"""Why a clerk looks somebody up by a number."""

PURPOSES: Final[Mapping[str, str]] = {
    "verify-identity": "核实身份: is the person before me the one in the roll",
    "transfer": "组织关系转接: find the member whom a transfer is about",
    "correct-data": "更正信息: mend what is wrong in the roll",
    "subject-request": "个人行使权利: a person asks about, corrects or has erased what is held about them",
    "supervision": "监督检查: an auditor or superior examines a case",
    "hear": "听取意见、联系服务: what a member said, or what was noted about them, read by whoever answers for them",
    "display": "列表展示: masked, to recognise somebody known",
    "deliver-message": "发送通知: name and address, at the moment of sending",
    "subject-access": "查阅复制: everything held about a person, for that person (PIPL art. 45)",
}


@dataclass(frozen=True, slots=True)
class Rights:
    """What a role may have opened, by purpose, and what it may have sealed."""

    opens: Mapping[str, frozenset[str]]
    seals: frozenset[str] = frozenset()


RESOLVERS: Final[Mapping[str, Rights]] = {
    "notify": Rights({"deliver-message": frozenset({"name", "phone", "email"})}),
    "mobility": Rights(
        {"transfer": frozenset({"name"}), "hear": frozenset({"words"})}, seals=frozenset({"words"})
    ),
    "operator": Rights({"subject-access": frozenset({"name", "phone", "email", "resident_id", "words"})}),
}  # fmt: skip
"""Who may ask the registry to open values, or to seal them. Nobody else can: neither the broker nor the registry lets
them. Whoever may have something sealed learns nothing by it.
"""


def require_right(role: str, purpose: str, fields: set[str]) -> None:
    """Raises `Forbidden` (`not-permitted`) unless the role may have these fields opened for that purpose."""
    rights = RESOLVERS.get(role)
    if rights is None or not fields <= rights.opens.get(purpose, frozenset()):
        raise Forbidden(
            "not-permitted",
            f"{role} may not have {', '.join(sorted(fields)) or 'anything'} opened for {purpose}",
            remedy="shared/privacy/purposes.py lists who may open what, and for what",
        )


def require_right_to_seal(role: str, fields: set[str]) -> None:
    """Raises `Forbidden` (`not-permitted`) unless the role may have these fields sealed."""
    rights = RESOLVERS.get(role)
    if rights is None or not fields <= rights.seals:
        raise Forbidden(
            "not-permitted",
            f"{role} may not have {', '.join(sorted(fields))} sealed",
            remedy="shared/privacy/purposes.py lists who may have what sealed",
        )
