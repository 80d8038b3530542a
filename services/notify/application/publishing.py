"""Which events of notify others learn of. Attempts, retries and checks are private."""

from services.notify.domain.message import events as message
from shared.contracts import notify as public
from shared.eventstore.publishing import publishing

PUBLISH = publishing(
    {
        message.MessageQueued: public.MessageQueued,
        message.MessageSubmitted: public.MessageSubmitted,
        message.MessageDelivered: public.MessageDelivered,
        message.MessageUndelivered: public.MessageUndelivered,
        message.MessageUnknown: public.MessageUnknown,
    }
)
