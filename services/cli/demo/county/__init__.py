"""A generated county for demonstrations, tests and the simulator: no real person, unit or telephone is in it."""

from services.cli.demo.county.world import World, build_world

__all__ = ["World", "build_world"]
