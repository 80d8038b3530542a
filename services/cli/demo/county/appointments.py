"""Who is free to take a post: each person at most one, formal members only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.cli.demo.county.draw import Draw
from services.cli.demo.county.model import (
    Member,
    MemberStatus,
    PartyOrganisation,
    Post,
    PostKind,
    PostScope,
    Station,
)


@dataclass(frozen=True, slots=True)
class Appointments:
    """The people without a post, by branch; taking one changes it."""

    draw: Draw
    free: dict[str, list[str]]

    @classmethod
    def among(cls, draw: Draw, members: Iterable[Member]) -> "Appointments":
        free: dict[str, list[str]] = {}
        for member in members:
            if member.status is MemberStatus.FORMAL:
                free.setdefault(member.organisation_key, []).append(member.key)
        for keys in free.values():
            draw.rng.shuffle(keys)
        return cls(draw, free)

    def at_station(self, station: Station, kind: PostKind, branches: Sequence[PartyOrganisation]) -> Post:
        """A member of one of the branches takes the post; ValueError if all of them have one."""
        staffed = [branch.key for branch in branches if self.free[branch.key]]
        if not staffed:
            raise ValueError(f"nobody is left for {kind} at {station.key}: the sizes do not fit together")
        person = self.free[self.draw.rng.choice(staffed)].pop()
        return Post(kind, person, PostScope.STATION, station.key)

    def liaison(self, branch: PartyOrganisation) -> Post:
        """联络员: one of the branch's own, the dedicated contact person (domain §1.3 M8)."""
        return Post(PostKind.LIAISON, self.free[branch.key].pop(), PostScope.ORGANISATION, branch.key)
