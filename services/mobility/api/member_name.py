"""The name on a letter, opened by the registry at the moment of printing: for whom and for what is on record there.

Mobility holds the sealed value and no key. What comes back is printed and forgotten.
"""

from typing import Any, Final

from shared.kernel.errors import YanzhenError
from shared.kernel.sealed import Erased, Sealed
from shared.privacy.resolver import Resolver
from shared.privacy.sealer import ToOpen
from shared.runtime.definition import Running

ERASED: Final = "（已依法删除）"
"""Printed instead of the name of a person whose data was erased: a blank would be filled in by hand."""


async def name_of_member(running: Running, member: dict[str, Any] | None, asked_by: str) -> str | None:
    """The name in the clear; None when the roll gives none. Raises `Unavailable` while the registry cannot be asked."""
    if member is None or (member["sealed_name"] is None and not member["erased"]):
        return None
    if member["erased"]:
        return ERASED
    # Nothing is remembered between two letters: each look is on record, and an erasure counts at once.
    resolver = Resolver(running.client, "mobility", "transfer", actor=asked_by, ttl_seconds=0)
    [opened] = await resolver.open_each([ToOpen(member["member_id"], "name", Sealed(member["sealed_name"]))])
    if isinstance(opened, YanzhenError):
        raise opened
    return ERASED if isinstance(opened, Erased) else opened
