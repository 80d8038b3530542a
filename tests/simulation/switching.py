"""What a mutation of the simulator is made of: its name, and how it is switched off again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from tests.support.mutations import switch as real

Switch = Callable[[], None]
SWITCHES: Final[dict[str, Switch]] = {}


def switch(function: Switch) -> Switch:
    """The mutation of that name, with hyphens."""
    SWITCHES[function.__name__.replace("_", "-")] = function
    return function


@contextmanager
def off(name: str) -> Iterator[None]:
    """Switch a mechanism off, and on again."""
    try:
        SWITCHES[name]()
        yield
    finally:
        real.restore()


def deaf(decider: Any, command_type: type) -> None:
    """The decider has nothing to say to such a command."""
    original = decider.decide
    real.replace(
        decider,
        "decide",
        lambda command, state: [] if isinstance(command, command_type) else original(command, state),
    )


def heedless(decider: Any, event_type: type) -> None:
    """The decider does not remember such an event."""
    original = decider.evolve
    real.replace(
        decider, "evolve", lambda state, event: state if isinstance(event, event_type) else original(state, event)
    )


def misled(decider: Any, command_type: type, mislead: Callable[[Any, Any], tuple[Any, Any]]) -> None:
    """The decider decides such a command as another one, or on another state."""
    original = decider.decide

    def decide(command: Any, state: Any) -> Any:
        return original(*(mislead(command, state) if isinstance(command, command_type) else (command, state)))

    real.replace(decider, "decide", decide)
