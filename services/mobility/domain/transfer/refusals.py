"""Why a transfer cannot do what was asked of it, said so that a person knows what to do instead."""

from typing import Final

from services.mobility.domain.transfer.state import Status, Transfer
from shared.kernel.errors import Invalid, Refused

_EXPLAINED: Final[dict[Status, tuple[str, str]]] = {
    "none": ("was never requested", "request it first"),
    "approving": ("is still being approved", "wait for the committees of the approval path"),
    "awaiting_acceptance": ("waits for the receiver", "the receiving committee accepts or rejects it"),
    "held": ("is held while the receiver looks into the dossier", "the receiving committee accepts or rejects it"),
    "admitted": ("was accepted and waits for its branch", "the receiving committee names the branch"),
    "rejected": ("was rejected", "the source committee corrects and resends it, or closes it"),
    "expired": ("has expired", "the source committee reissues the letter, resends it, or closes it"),
    "accepted": ("was already accepted", "a member moves on by a new transfer from the new branch"),
    "completed": ("is already completed", "a member moves on by a new transfer from the new branch"),
    "withdrawn": ("was withdrawn", "request a new transfer"),
    "closed": ("was closed by the source", "request a new transfer"),
    "resent": ("was replaced by a corrected one", "use the transfer that took its place"),
    "lapsed": ("lapsed when the membership ended", "see the roll in the registry"),
}


def wrong_status(state: Transfer, asked_for: str) -> Refused:
    """`transfer-<status>`: the transfer exists, but its status does not allow this any more, or not yet."""
    detail, remedy = _EXPLAINED[state.status]
    code = "transfer-" + state.status.replace("_", "-")
    return Refused(code, f"the transfer {detail}; it cannot be {asked_for}", remedy=remedy)


def not_yours(actor: str, holder: str | None, asked_for: str) -> Refused:
    """`not-your-turn`: somebody else has to do this."""
    return Refused(
        "not-your-turn",
        f"the transfer cannot be {asked_for} by {actor}: that is up to {holder}",
        remedy=f"ask {holder}",
    )


def not_source(actor: str, asked_for: str) -> Refused:
    """`not-the-source`: only the sender may do this."""
    return Refused(
        "not-the-source", f"the transfer cannot be {asked_for} by {actor}, who did not send it", remedy="ask the sender"
    )


def reason_missing(where: str) -> Invalid:
    """`reason-missing`: domain T4, no refusal without a reason; blank words are none."""
    return Invalid("reason-missing", "a reason in words is required", remedy="say what is wrong, or why", where=where)
