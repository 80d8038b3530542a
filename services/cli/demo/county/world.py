"""The whole demonstration from one seed: a district, a city, and the relocations between and within them."""

import hashlib
from dataclasses import dataclass
from datetime import date

from services.cli.demo.county.city import city
from services.cli.demo.county.district import district
from services.cli.demo.county.model import Territory
from services.cli.demo.county.relocation_model import Relocation
from services.cli.demo.county.relocations import plan_relocations
from services.cli.demo.county.sizes import CitySizes, DistrictSizes

AS_OF = date(2026, 10, 1)
"""The day that the data describe unless another is asked for."""

RELOCATIONS = 300


@dataclass(frozen=True, slots=True)
class World:
    """What a demonstration starts with, and what then happens."""

    district: Territory
    """常德市武陵区."""
    city: Territory
    """福建省宁德市."""
    relocations: tuple[Relocation, ...]

    @property
    def territories(self) -> tuple[Territory, Territory]:
        return self.district, self.city

    def digest(self) -> str:
        """SHA-256 of everything in it: two worlds are the same exactly when their digests are."""
        return hashlib.sha256(repr(self).encode()).hexdigest()


def build_world(seed: int, *, scale: float = 1.0, relocations: int = RELOCATIONS, as_of: date = AS_OF) -> World:
    """The world of that seed, the same on every machine.

    `scale` is the share of the city's people (the district is small already). The territories depend on the seed, the
    scale and the day only: another number of relocations leaves them as they are. ValueError for sizes that cannot be.
    """
    territories = (district(seed, as_of, DistrictSizes()), city(seed, as_of, CitySizes.scaled(scale)))
    return World(*territories, plan_relocations(seed, territories, relocations, as_of))
