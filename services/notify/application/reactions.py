"""What notify does when a relocation was accepted: one message for each interested party and channel; and what follows.
Of what is overdue whoever is named is reminded (`reminders`).
"""

from collections.abc import Callable, Iterator
from typing import Any

from services.notify.application.party_retries import retrying
from services.notify.application.reminders import reminders
from services.notify.domain.message.commands import QueueMessage
from services.notify.domain.message.decider import MESSAGE
from services.notify.domain.message.identity import message_id_of
from services.notify.domain.message.policy import DeliveryPolicy
from services.notify.domain.templates import template_name_for
from services.notify.domain.vocabulary import Recipient
from services.notify.settings import policy_from_environment
from shared.contracts.mobility import PartyRetried, TransferAccepted
from shared.contracts.parties import Channel, InterestedParty
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date
from shared.messaging.handlers import Follows, On


def follows(policy: Callable[[], DeliveryPolicy]) -> Follows:
    """The reactions. `policy` says how patient we are with messages queued from now on."""

    async def queue(event: TransferAccepted, unit: UnitOfWork) -> None:
        # The whole relocation is one story: what follows from the acceptance is found under the transfer's id.
        unit.cause = unit.cause.with_correlation(event.transfer_id)
        now = unit.clock.now()
        references = {
            "member": event.member_id,
            "origin": event.from_branch_id,
            "destination": event.to_branch_id,
            "accepted_on": local_date(event.accepted_at).isoformat(),
        }
        for party, channel in _addressed(event):
            command = QueueMessage(
                relocation_id=event.transfer_id,
                party_id=party.party_id,
                channel=channel,
                template=template_name_for(party.role),
                recipient=Recipient(kind=party.kind, ref_id=party.ref_id),
                references=references,
                policy=policy(),
                queued_at=now,
            )
            await unit.handle(MESSAGE, command.message_id, command)

    return {
        "mobility": {
            TransferAccepted: On(queue, _messages_of),
            PartyRetried: On(retrying(policy)),
            **reminders("mobility", policy),
        },
        "registry": reminders("registry", policy),
    }


def _messages_of(event: TransferAccepted) -> list[tuple[Any, str]]:
    return [
        (MESSAGE, message_id_of(event.transfer_id, party.party_id, template_name_for(party.role), channel))
        for party, channel in _addressed(event)
    ]


def _addressed(event: TransferAccepted) -> Iterator[tuple[InterestedParty, Channel]]:
    for party in event.parties:
        for channel in party.channels:
            yield party, channel


FOLLOWS: Follows = follows(policy_from_environment)
