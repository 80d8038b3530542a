"""What the kinds of party organisation (党组织) may do (domain §1.1 T2, §1.5)."""

from collections.abc import Mapping
from typing import Final

from services.registry.domain.vocabulary import FormationMode, OrganisationKind

BRANCH_LIKE: Final[frozenset[OrganisationKind]] = frozenset(
    {"branch", "joint_branch", "mobile_branch", "temporary", "project"}
)
"""支部 of every kind: they hold members, so nothing hangs below them, and each needs formal members of its own.

`regional` (区域、楼宇、园区党组织) is not among them: one covers 87 units (domain §1.5), with branches below it.
"""

WITHOUT_APPROVAL: Final[frozenset[OrganisationKind]] = BRANCH_LIKE | {"general_branch", "guidance_committee"}
"""Only a committee can have the authority to approve probationary members; neither 支部 nor 总支 can, nor who only guides."""

ROOT: Final[OrganisationKind] = "working_committee"
"""The one kind that may stand at the top of our tree (党工委).

Three more stand over others: `joint_committee` (联合党委, domain Z19) over those of several units, such as the project
branches of one development; `mobile_committee` (驻外流动党员管理工作委员会, Y21) over those of travellers at a place elsewhere;
`guidance_committee` (非公有制经济指导工作委员会, Z07) over whoever founds in private firms, with its guidance stations.
"""

LEAST_FORMAL_MEMBERS: Final = 3
"""正式党员 without whom no branch is founded; a constant of the whole party, not configuration (domain §1.10)."""

MODE_OF_HOST: Final[Mapping[OrganisationKind, FormationMode]] = {
    "branch": "single",
    "general_branch": "single",
    "committee": "single",
    "mobile_branch": "single",
    "temporary": "single",
    "project": "single",
    "joint_branch": "joint",
    "joint_committee": "joint",
    "regional": "area",
}
"""How an organisation that was founded in a unit covers it. A 党工委 covers nobody: it is set over units, not formed in one."""
