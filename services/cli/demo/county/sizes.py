"""How much of everything there is (domain §5.2); the numbers without a source are marked as chosen."""

from dataclasses import dataclass

from services.cli.demo.county.places import TOWNSHIPS, TOWNSHIPS_NAMED

MEMBERS_PER_BRANCH = 21.8
"""The national average (domain §5.2)."""

BRANCH_MIN = 5
"""Chosen: three formal members make a branch (domain §1.5), the rest may move away."""
BRANCH_MAX = 45
"""Chosen: a branch has at most 50 (domain §1.5), and the demonstration moves members in."""


@dataclass(frozen=True, slots=True)
class DistrictSizes:
    """A district like 常德 武陵区 in source document 000."""

    stations: int = 3
    instructors: int = 35
    organisations: int = 58
    """All party organisations: the working committee, one committee to a station, and the branches."""
    units: int = 167
    joint_branches: int = 14
    """Chosen; each covers two to five units."""
    members: int = 800
    """Chosen: branches in private firms are smaller than the average."""

    @property
    def branches(self) -> int:
        return self.organisations - 1 - self.stations


@dataclass(frozen=True, slots=True)
class CitySizes:
    """A city like 宁德 in source document 004; the twelve stations and nine counties are the same at every scale."""

    members: int = 11_270
    """People served. The source counts members and masses together; all of ours are members."""

    @property
    def branches(self) -> int:
        return max(len(TOWNSHIPS), round(self.members / MEMBERS_PER_BRANCH))

    @property
    def committees(self) -> int:
        """Chosen: about ten branches to a township, and to each county at least one of its townships."""
        return min(len(TOWNSHIPS) * TOWNSHIPS_NAMED, max(len(TOWNSHIPS), round(self.branches / 9.6)))

    @classmethod
    def scaled(cls, scale: float) -> "CitySizes":
        """The city with that share of its people, 1.0 being all; never fewer than twenty to a county.

        ValueError for a scale that is not above zero.
        """
        if scale <= 0:
            raise ValueError("the scale of the city must be above zero")
        return cls(members=max(20 * len(TOWNSHIPS), round(cls().members * scale)))
