"""Changes that name only what changed: an absent value says "as it was"."""

from typing import Any

from shared.kernel.event import DomainEvent


def changed(state: object, **wanted: object) -> dict[str, Any]:
    """Those of the wanted values that differ from the state; None wants nothing.

    An empty answer means that there is nothing to do, which makes a repeated command harmless.
    """
    return {name: value for name, value in wanted.items() if value is not None and getattr(state, name) != value}


def given(event: DomainEvent, *names: str) -> dict[str, Any]:
    """Those of the named fields that the event gives a value to."""
    return {name: value for name in names if (value := getattr(event, name)) is not None}
