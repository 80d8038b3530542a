"""转接审批路径: which committees say yes to a transfer, computed from the tree of organisations (domain T17).

Pure functions of a tree `organisation id → id of its superior` (None for a root). The result is frozen in the request,
because the tree may change while the transfer is in flight.
"""

from collections.abc import Iterable, Mapping
from itertools import pairwise

from services.mobility.domain.terms import TransferScope
from shared.kernel.errors import Invalid

Tree = Mapping[str, str | None]


def chain(tree: Tree, organisation_id: str) -> tuple[str, ...]:
    """The organisation and its superiors, up to the root.

    Errors: `organisation-unknown`, `tree-has-a-cycle` (which would otherwise never end).
    """
    steps: list[str] = []
    current: str | None = organisation_id
    while current is not None:
        if current not in tree:
            raise Invalid(
                "organisation-unknown", f"{current} is not in the tree", remedy="register it before transferring to it"
            )
        if current in steps:
            raise Invalid("tree-has-a-cycle", f"{current} is its own superior", remedy="correct its superior first")
        steps.append(current)
        current = tree[current]
    return tuple(steps)


def common_superior(tree: Tree, one: str, other: str) -> str | None:
    """The nearest organisation at or above both; None when they hang below different roots."""
    above = set(chain(tree, other))
    return next((step for step in chain(tree, one) if step in above), None)


def compute_path(tree: Tree, from_committee_id: str, to_committee_id: str, scope: TransferScope) -> tuple[str, ...]:
    """The committees that approve one after the other, from the source on; never the receiver, which accepts instead.

    Within one committee nobody approves: its acceptance is the only decision, and no letter travels. Within a county
    the path ends at the common superior; above that every level up and down takes part (domain T17).
    Errors: `scope-mismatch`, `no-common-superior` (only a national or special transfer may cross to another root), and those of
    `chain`.
    """
    check_scope(from_committee_id, to_committee_id, scope)
    upward, downward = chain(tree, from_committee_id), chain(tree, to_committee_id)
    if scope == "within_committee":
        return ()
    top = common_superior(tree, from_committee_id, to_committee_id)
    if top is None and scope not in ("national", "special"):
        raise Invalid(
            "no-common-superior",
            f"{from_committee_id} and {to_committee_id} have no superior in common",
            remedy="ask for a national transfer, or correct the tree",
        )
    if top is not None:
        upward = upward[: upward.index(top) + 1]
        downward = downward[: downward.index(top)]
    path = upward if scope == "county" else upward + tuple(reversed(downward))
    return tuple(step for step in path if step != to_committee_id)


def path_outward(tree: Tree, from_committee_id: str) -> tuple[str, ...]:
    """The path of a transfer that leaves our tree (非建库): every level up; what is beyond the top is not ours to ask."""
    return chain(tree, from_committee_id)


def superiors_of(tree: Tree, organisations: Iterable[str]) -> dict[str, str]:
    """The direct superior of each and of all above them; a root has none and is left out.

    Frozen in the request, so that silence finds its way up to the last resort whatever becomes of the tree.
    """
    found: dict[str, str] = {}
    for organisation in organisations:
        steps = chain(tree, organisation)
        found |= dict(pairwise(steps))
    return found


def check_scope(from_committee_id: str, to_committee_id: str, scope: TransferScope) -> None:
    """Errors: `scope-mismatch` when the scope says `within_committee` and the endpoints do not, or the reverse."""
    if (scope == "within_committee") != (from_committee_id == to_committee_id):
        raise Invalid(
            "scope-mismatch",
            f"scope {scope} does not fit {from_committee_id} and {to_committee_id}",
            remedy="within_committee is for two branches of the same committee, and only for those",
        )
