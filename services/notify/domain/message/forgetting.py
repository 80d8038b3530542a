"""What is left of a message when its time is over (保存期限): the facts without the row that people look at."""

from collections.abc import Sequence

from services.notify.domain.message.commands import ForgetMessage
from services.notify.domain.message.events import MessageForgotten
from services.notify.domain.message.state import MessageState
from shared.kernel.errors import Refused
from shared.kernel.event import DomainEvent


def forget(command: ForgetMessage, state: MessageState) -> Sequence[DomainEvent]:
    """Errors (`Refused`): `message-open`."""
    if state.status == "forgotten":
        return []
    if not state.is_closed:
        raise Refused(
            "message-open",
            "what is still to arrive is no evidence yet",
            remedy="wait until it is delivered or given up",
        )
    return [MessageForgotten(**state.cites, **dict(command))]
