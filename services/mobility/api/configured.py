"""Mobility's own settings, for its routes."""

from services.mobility.settings import MobilitySettings
from shared.runtime.definition import Running


def settings_of(running: Running) -> MobilitySettings:
    """Mobility's own settings."""
    if not isinstance(running.settings, MobilitySettings):
        raise TypeError("mobility runs with MobilitySettings")
    return running.settings
