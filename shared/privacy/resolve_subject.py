"""Where the registry's door is; apart from what is said there, for those who only have to know the place."""

from typing import Final

SUBJECT: Final = "resolve"
DOOR: Final = "registry"
"""The service that holds the keys."""


def subject_of(role: str) -> str:
    """Where a role asks. A subject of its own, which the broker lets nobody else publish: so the door knows who asks."""
    return f"{SUBJECT}.{role}"
