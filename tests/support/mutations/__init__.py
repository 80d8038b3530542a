"""Mechanisms switched off, one at a time: a pytest plugin (`-p tests.support.mutations`, variable `YANZHEN_MUTATION`).

A guarantee whose test stays green without its mechanism is a sentence, not a guarantee.
"""

import os

from hypothesis import Phase, settings

from tests.support.mutations import access, care, deciding, delivering, posts, privacy, registry, storing, transfers
from tests.support.mutations.switch import MUTATIONS

__all__ = [
    "MUTATIONS",
    "access",
    "care",
    "deciding",
    "delivering",
    "posts",
    "privacy",
    "registry",
    "storing",
    "transfers",
]


# That it is found is enough: making the example small takes minutes, of which nobody reads a line.
settings.register_profile("red", settings.get_profile("ci"), phases=(Phase.explicit, Phase.generate))


def pytest_configure() -> None:
    name = os.environ.get("YANZHEN_MUTATION")
    if name:
        MUTATIONS[name]()
