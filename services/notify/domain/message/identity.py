"""Which message is the same message."""

from services.notify.domain.vocabulary import Channel
from shared.kernel.ids import derived_id


def message_id_of(relocation_id: str, party_id: str, template: str, channel: Channel, retry: int = 0) -> str:
    """One message per cause, party, template, channel and asked-for retry, for ever: a repeat meets the first one.

    Providers are not idempotent (domain §3.3, §5.4): this identity is what keeps a repeated event from sending twice.
    """
    again = (f"retry-{retry}",) if retry else ()
    return derived_id(relocation_id, party_id, template, channel, *again)
