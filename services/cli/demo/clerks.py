"""The clerks of the demonstration: they ask for transfers, approve, accept, send back, acknowledge, or never answer."""

from dataclasses import dataclass, field
from typing import Any, Final

from services.cli.badges import clerk
from services.cli.demo.county.model import MemberStatus
from services.cli.demo.county.relocation_model import Attempt, Outcome, RejectReason, Relocation
from services.cli.demo.county.world import World
from services.cli.demo.http import Api
from services.cli.demo.ids import id_of

REASONS: Final = {
    RejectReason.WRONG_DESTINATION: "wrong_destination",
    RejectReason.NOT_AT_DESTINATION: "not_known_here",
    RejectReason.LETTER_INCORRECT: "incomplete_papers",
    RejectReason.DUES_UNCLEAR: "dues_unpaid",
}


@dataclass
class Tally:
    """What the clerks have done so far; shown while they work, and compared with what the services say in the end."""

    requested: int = 0
    accepted: dict[str, Relocation] = field(default_factory=dict)
    rejected: dict[str, Relocation] = field(default_factory=dict)
    unanswered: dict[str, Relocation] = field(default_factory=dict)
    corrected: dict[str, str] = field(default_factory=dict)
    acknowledged: int = 0


class Clerks:
    """Carries out the plan through mobility's API, one relocation at a time per call."""

    def __init__(self, mobility: Api, world: World) -> None:
        self._mobility = mobility
        self._parents = {
            id_of(o.key): id_of(o.parent_key) if o.parent_key else None
            for territory in world.territories
            for o in territory.organisations
        }
        self._probationary = {
            member.key
            for territory in world.territories
            for member in territory.members
            if member.status is MemberStatus.PROBATIONARY
        }
        self.tally = Tally()

    async def carry_out(self, plan: Relocation) -> None:
        """All attempts of one relocation, until it is accepted, ended, or left without an answer."""
        transfer_id = id_of(plan.key)
        for number, attempt in enumerate(plan.attempts):
            if number == 0:
                await self._ask(plan, attempt, transfer_id)
            else:
                again = id_of(f"{plan.key}-{number}")
                await self._send_again(plan, attempt, transfer_id, again)
                self.tally.corrected[again] = transfer_id
                transfer_id = again
            await self._answer(plan, attempt, transfer_id, last=attempt is plan.attempts[-1])

    async def _ask(self, plan: Relocation, attempt: Attempt, transfer_id: str) -> None:
        origin, destination = id_of(plan.origin_committee_key), id_of(attempt.committee_key)
        body = {
            "transfer_id": transfer_id,
            "member_id": id_of(plan.member_key),
            "to_committee_id": destination,
            "to_branch_id": self._branch(plan, attempt),
            "reason": plan.reason.value,
            "dues_paid_to": plan.dues_paid_to,
        }
        if plan.member_key in self._probationary:  # the receiver will decide on 转正 by it (domain T21)
            body["examination_record"] = f"examination-{plan.member_key}"
        await self._do("POST", "/transfers", body, origin, f"ask-{transfer_id}")
        self.tally.requested += 1

    def _branch(self, plan: Relocation, attempt: Attempt) -> str | None:
        right = attempt.committee_key == plan.destination_committee_key
        return id_of(plan.destination_branch_key) if right else None

    async def _send_again(self, plan: Relocation, attempt: Attempt, before: str, again: str) -> None:
        origin, destination = id_of(plan.origin_committee_key), id_of(attempt.committee_key)
        body = {
            "by": origin,
            "transfer_id": again,
            "to_committee_id": destination,
            "to_branch_id": self._branch(plan, attempt),
        }
        await self._do("POST", f"/transfers/{before}/resending", body, origin, f"again-{again}")
        self.tally.rejected.pop(before, None)

    async def _answer(self, plan: Relocation, attempt: Attempt, transfer_id: str, *, last: bool) -> None:
        transfer = await self._approved(transfer_id, id_of(plan.origin_committee_key))
        receiver = id_of(attempt.committee_key)
        if attempt.outcome is Outcome.EXPIRED:
            self.tally.unanswered[transfer_id] = plan
        elif attempt.outcome is Outcome.REJECTED:
            reason = REASONS[attempt.reject_reason or RejectReason.LETTER_INCORRECT]
            body = {"by": receiver, "reason_code": reason, "text": attempt.remark or "请核实后重新办理"}
            await self._do("POST", f"/transfers/{transfer_id}/rejection", body, receiver, f"no-{transfer_id}")
            self.tally.rejected[transfer_id] = plan
            if last:
                origin = id_of(plan.origin_committee_key)
                body = {"by": origin, "text": "党员留在原支部"}
                await self._do("POST", f"/transfers/{transfer_id}/closure", body, origin, f"close-{transfer_id}")
        else:
            body = {
                "by": receiver,
                "branch_id": id_of(plan.destination_branch_key),
                "letter_number": transfer["letter_number"],
                # Of whoever was admitted shortly before leaving the receiver has to inquire (domain T22).
                "inquiry": "已向转出地党委核实入党手续",
            }
            await self._do("POST", f"/transfers/{transfer_id}/acceptance", body, receiver, f"yes-{transfer_id}")
            self.tally.accepted[transfer_id] = plan
            await self.take_in(transfer_id, receiver)

    async def take_in(self, transfer_id: str, receiver: str) -> None:
        """What is left to do once a transfer is accepted: the receipt, and what those concerned confirm."""
        await self._do("POST", f"/transfers/{transfer_id}/receipt", {"by": receiver}, receiver, f"rec-{transfer_id}")
        await self._acknowledge(transfer_id, receiver)

    async def _approved(self, transfer_id: str, origin: str) -> dict[str, Any]:
        transfer: dict[str, Any] = await self._mobility.call("GET", f"/transfers/{transfer_id}", actor=clerk(origin))
        for step, organisation in enumerate(transfer["approval_path"]):
            transfer = await self._do(
                "POST", f"/transfers/{transfer_id}/approvals", {"by": organisation}, organisation,
                f"approve-{transfer_id}-{step}",
            )  # fmt: skip
        return transfer

    async def _acknowledge(self, relocation_id: str, receiver: str) -> None:
        transfer = await self._mobility.call("GET", f"/transfers/{relocation_id}", actor=clerk(receiver))
        for party in transfer["parties"]:
            if party["must_acknowledge"] and party["kind"] == "organisation":
                body = {"party_id": party["party_id"], "by": party["ref_id"]}
                await self._do(
                    "POST", f"/relocations/{relocation_id}/acknowledgements", body, party["ref_id"],
                    f"ack-{relocation_id}-{party['party_id']}",
                )  # fmt: skip
                self.tally.acknowledged += 1

    async def _do(self, method: str, path: str, body: Any, actor: str, once: str) -> dict[str, Any]:
        answer: dict[str, Any] = await self._mobility.call(method, path, body, actor=clerk(actor), once=once)
        return answer
