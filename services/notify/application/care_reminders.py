"""What notify does about members who are away: reminds the person whose duty is overdue, and tells whoever has to look.

A message cites the care (or, of a lost contact, the member) as its cause; one per duty and due time, however often it is
said. Variables are those of all messages: `origin` is the member's branch, `destination` who has to act, `accepted_on` the
day it was due.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, get_args

from services.notify.domain.message.commands import QueueMessage
from services.notify.domain.message.decider import MESSAGE
from services.notify.domain.message.policy import DeliveryPolicy
from services.notify.domain.vocabulary import Channel, Recipient
from shared.contracts.base import PublicEvent
from shared.contracts.mobile_members import CareDutyEscalated, CareDutyOverdue, LossProposalOverdue, LossProposed
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date
from shared.kernel.ids import derived_id
from shared.messaging.handlers import On


def reminders(policy: Callable[[], DeliveryPolicy]) -> Mapping[type[PublicEvent], On]:
    """The reactions. `policy` says how patient we are with messages queued from now on."""

    async def queue(unit: UnitOfWork, about: str, template: str, to: Recipient, said: dict[str, Any]) -> None:
        unit.cause = unit.cause.with_correlation(about)
        due_at: datetime = said.pop("due_at")
        what: str = said.pop("what")
        for channel in get_args(Channel):
            command = QueueMessage(
                relocation_id=about,
                party_id=derived_id(about, what, due_at.isoformat(), to.ref_id),
                channel=channel,
                template=template,
                recipient=to,
                references=said | {"accepted_on": local_date(due_at).isoformat()},
                policy=policy(),
                queued_at=unit.clock.now(),
            )
            await unit.handle(MESSAGE, command.message_id, command)

    def duty(event: CareDutyOverdue | CareDutyEscalated) -> dict[str, Any]:
        places = {"origin": event.origin_branch_id, "destination": event.organisation_id}
        return {"member": event.member_id, **places, "due_at": event.due_at, "what": event.duty_id}

    async def overdue(event: CareDutyOverdue, unit: UnitOfWork) -> None:
        person = Recipient(kind="member", ref_id=event.person_id)
        await queue(unit, event.care_id, "care-duty-overdue", person, duty(event))

    async def escalated(event: CareDutyEscalated, unit: UnitOfWork) -> None:
        superior = Recipient(kind="organisation", ref_id=event.superior_id)
        await queue(unit, event.care_id, "care-duty-escalated", superior, duty(event))

    async def proposed(event: LossProposed, unit: UnitOfWork) -> None:
        body = Recipient(kind="organisation", ref_id=event.body_id)
        places = {"member": event.member_id, "origin": event.branch_id, "destination": event.body_id}
        said = {**places, "due_at": event.due_at, "what": event.proposal}
        await queue(unit, event.member_id, "loss-proposed", body, said)

    async def undecided(event: LossProposalOverdue, unit: UnitOfWork) -> None:
        superior = Recipient(kind="organisation", ref_id=event.superior_id)
        places = {"member": event.member_id, "origin": event.branch_id, "destination": event.body_id}
        said = {**places, "due_at": event.due_at, "what": f"{event.proposal}.overdue"}
        await queue(unit, event.member_id, "loss-undecided", superior, said)

    return {
        CareDutyOverdue: On(overdue),
        CareDutyEscalated: On(escalated),
        LossProposed: On(proposed),
        LossProposalOverdue: On(undecided),
    }
