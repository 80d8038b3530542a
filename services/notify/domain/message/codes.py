"""The outcomes that we give a code ourselves; all others are the provider's."""

from typing import Final

EXPIRED: Final = "EXPIRED"
"""No receipt came in time: our own conclusion, not a proof."""

NOT_SENT: Final = "NOT_SENT"
"""The provider, asked after an attempt of unknown outcome, knows nothing of it."""
