"""What notify does when something is overdue: it tells whoever the event names, in the words of `reminder_table`.

One message per fact, addressee and channel, however often the fact is said: its identity is made of what is due, since
when, and who is told.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, get_args

from services.notify.application.reminder_table import REMINDERS, Reminder
from services.notify.domain.message.commands import QueueMessage
from services.notify.domain.message.decider import MESSAGE
from services.notify.domain.message.policy import DeliveryPolicy
from services.notify.domain.vocabulary import Channel, Recipient
from shared.contracts.base import PublicEvent
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date
from shared.kernel.ids import derived_id
from shared.messaging.handlers import On


def reminders(service: str, policy: Callable[[], DeliveryPolicy]) -> Mapping[type[PublicEvent], On]:
    """The reactions to that service's events. `policy` says how patient we are with messages queued from now on."""

    async def tell(event: PublicEvent, unit: UnitOfWork) -> None:
        for row in REMINDERS[type(event)]:
            for command in messages(row, event, policy(), unit.clock.now()):
                unit.cause = unit.cause.with_correlation(command.relocation_id)
                await unit.handle(MESSAGE, command.message_id, command)

    return {event: On(tell) for event in REMINDERS if event.service == service}


def messages(row: Reminder, event: PublicEvent, policy: DeliveryPolicy, at: datetime) -> Iterator[QueueMessage]:
    """The messages of one row, one per addressee and channel."""
    said: dict[str, Any] = dict(event)
    to, about, due = said[row.to], said[row.about], said[row.due]
    if to is None or due is None:  # nobody to tell, or an event of a release that did not say when
        return
    for ref_id in (to,) if isinstance(to, str) else to:
        if row.unless and said[row.unless] == ref_id:
            continue
        for channel in get_args(Channel):
            yield QueueMessage(
                relocation_id=about,
                party_id=derived_id(about, row.one_of.format_map(said), due.isoformat(), ref_id),
                channel=channel,
                template=row.template,
                recipient=Recipient(kind=row.kind, ref_id=ref_id),
                references={name: str(said[field]) for name, field in row.refers.items()} | {"accepted_on": _day(due)},
                policy=policy,
                queued_at=at,
            )


def _day(due: date | datetime) -> str:
    return (local_date(due) if isinstance(due, datetime) else due).isoformat()
