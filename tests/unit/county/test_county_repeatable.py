import os
import subprocess
import sys
from dataclasses import replace
from datetime import date

import pytest

from services.cli.demo.county import build_world

SMALL = 0.02


def test_the_same_seed_gives_the_same_world() -> None:
    assert build_world(7).digest() == build_world(7).digest()


def test_another_seed_gives_another_world() -> None:
    one, other = build_world(7, scale=SMALL), build_world(8, scale=SMALL)
    assert one.digest() != other.digest()
    assert {each.uscc for each in one.district.units}.isdisjoint({each.uscc for each in other.district.units})


def test_the_digest_covers_every_value() -> None:
    world = build_world(7, scale=SMALL)
    first, *rest = world.city.members
    changed = replace(world, city=replace(world.city, members=(replace(first, phone="15400000000"), *rest)))
    assert changed.digest() != world.digest()


def test_the_world_does_not_depend_on_the_process() -> None:
    script = f"from services.cli.demo.county import build_world; print(build_world(7, scale={SMALL}).digest())"
    digests = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for hash_seed in ("1", "2")
    }
    assert digests == {build_world(7, scale=SMALL).digest()}


def test_another_number_of_relocations_leaves_the_territories_as_they_are() -> None:
    one, other = build_world(7, scale=SMALL, relocations=10), build_world(7, scale=SMALL, relocations=50)
    assert one.territories == other.territories


def test_the_day_moves_with_the_data() -> None:
    world = build_world(7, scale=SMALL, as_of=date(2030, 2, 1))
    assert max(member.admitted_on for member in world.city.members).year in (2029, 2030)
    assert {relocation.dues_paid_to[:4] for relocation in world.relocations} == {"2029", "2030"}


@pytest.mark.parametrize("scale", [0, -1])
def test_a_scale_that_is_not_above_zero_is_refused(scale: float) -> None:
    with pytest.raises(ValueError, match="scale"):
        build_world(7, scale=scale)
