"""What the kinds of posts differ in: where each is held, and where somebody looks at how many hold it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.registry.domain.vocabulary import PostKind, PostScope

ANYWHERE: Final[tuple[PostScope, ...]] = ("station", "organisation", "unit", "grid")
_COMMITTEES: Final[tuple[PostScope, ...]] = ("organisation", "platform")


@dataclass(frozen=True, slots=True)
class Kind:
    """`single_at`: where one person holds it. `counted_at`: where it has a strength (编制) and can be vacant. `represents`: its
    holders sit for a member of the place, one for each.
    """

    scopes: tuple[PostScope, ...] = ANYWHERE
    single_at: tuple[PostScope, ...] = ()
    counted_at: tuple[PostScope, ...] = ()
    represents: bool = False

    def guarded_at(self, scope: PostScope) -> bool:
        """Whether the holders are kept count of in a seat."""
        return scope in self.single_at or scope in self.counted_at


KINDS: Final[Mapping[PostKind, Kind]] = {
    "station_head": Kind(("station",), ("station",), ("station",)),  # domain W02
    "deputy_head": Kind(("station",), ("station",), ("station",)),
    "instructor": Kind(("station", "organisation", "unit")),  # W03
    "contact_leader": Kind(("station", "organisation", "unit")),  # W16
    "liaison": Kind(("station", "organisation", "unit"), ("unit",)),  # 一企一联络员, Y18
    "grid_head": Kind(ANYWHERE, ("grid",), ("grid",)),  # N10
    "officer": Kind(("station", "organisation"), (), ("organisation",)),  # 专干, Z09
    # 书记, 上级选派或内部推选, and 兼职委员 of member units (L17)
    "secretary": Kind(_COMMITTEES, _COMMITTEES, _COMMITTEES),
    "part_time_member": Kind(_COMMITTEES, represents=True),
}

LOADED: Final[tuple[PostScope, ...]] = ("organisation", "unit")
"""Where an instructor's posts count towards what one person can look after (domain §1.7)."""
