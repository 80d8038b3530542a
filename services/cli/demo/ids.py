"""Stable ids for what the generator names by keys: the same seed gives the same ids in every run."""

from shared.kernel.ids import derived_id


def id_of(key: str) -> str:
    """The id under which the demonstration enters the thing with this key."""
    return derived_id("demo", key)
