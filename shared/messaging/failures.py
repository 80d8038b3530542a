"""Which errors pass by themselves, and which never will.

Transient: the database, the network, a conflict. The same messages are tried again in place. Everything else is the
message's own fault or a bug of ours; trying again would only hold up all other keys.
"""

from pydantic import ValidationError

from shared.kernel.errors import ConcurrencyConflict, Unavailable, YanzhenError
from shared.messaging.bus import BusUnavailable


def is_transient(error: BaseException) -> bool:
    """Whether the same attempt may succeed later without anybody changing anything."""
    return isinstance(error, (Unavailable, ConcurrencyConflict, BusUnavailable, OSError, TimeoutError))


def reason(error: BaseException) -> tuple[str, str]:
    """A code and a readable detail for the dead letter. Never the data itself: it may be personal."""
    if isinstance(error, YanzhenError):
        return error.code, str(error)
    if isinstance(error, ValidationError):
        places = "; ".join(
            f"{'.'.join(map(str, e['loc'])) or 'body'}: {e['msg']}" for e in error.errors(include_input=False)[:5]
        )
        return "schema-violation", places
    return "handler-failed", f"{type(error).__name__} in the handler; the log of this time has the trace"
