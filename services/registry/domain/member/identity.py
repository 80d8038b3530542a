"""One person is entered once: whom a 身份证 number leads to already decides whether it may be entered.

The number is an attribute and not a key (domain §3.1), so what it leads to is kept in the blind index, which can forget,
and not in a stream, which cannot. Of two admissions at the same instant the store lets one win.
"""

from collections.abc import Sequence

from shared.kernel.errors import Refused


def is_same_person(owners: Sequence[str], member_id: str) -> bool:
    """Whether the number leads to this very member already. Raises `Refused` (`member-already-registered`) when it leads
    to another one.
    """
    others = [owner for owner in owners if owner != member_id]
    if others:
        raise Refused(
            "member-already-registered",
            f"a member with this resident identity number is registered already, as {others[0]}",
            remedy="use the registered member; if they have left, request a transfer",
            where="resident_id",
        )
    return bool(owners)
