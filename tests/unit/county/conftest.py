import pytest

from services.cli.demo.county import World, build_world


@pytest.fixture(scope="package")
def world() -> World:
    """The default world; it is immutable, so one serves all tests."""
    return build_world(20261001)
