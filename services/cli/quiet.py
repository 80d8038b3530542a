"""Logging of the command itself: what is worth a person's attention, on standard error."""

import sys


def only_warnings() -> None:
    """Show warnings and worse. The services log into files of their own."""
    from shared.observability.logging import configure_logging

    configure_logging("yanzhen", level="WARNING", console=True, stream=sys.stderr)
