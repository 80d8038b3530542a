"""Every kind of stream that notify has, for the store that must know all its events by name."""

from typing import Any

from services.notify.domain.message.decider import MESSAGE
from shared.kernel.decider import Decider

DECIDERS: tuple[Decider[Any, Any], ...] = (MESSAGE,)
