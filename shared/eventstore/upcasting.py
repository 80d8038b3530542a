"""Old events in new code: a chain of pure dict → dict functions, one per version step, applied on reading.

Stored events are never rewritten; every version that was ever stored stays readable, and a golden file per version
proves it for ever.
"""

from collections.abc import Callable, Mapping
from typing import Any

from shared.kernel.errors import Invalid

Data = dict[str, Any]
Upcaster = Callable[[Data], Data]


class Upcasters:
    """Which function lifts which event from version n to n + 1."""

    def __init__(self, steps: Mapping[tuple[str, int], Upcaster] | None = None) -> None:
        self._steps = dict(steps or {})

    def lift(self, event_type: str, version: int, target: int, data: Data) -> Data:
        """The data as version `target` would have written it.

        Raises `Invalid` for a version from the future (a rolled-back deployment reads what a newer one wrote) and for
        a missing step.
        """
        if version > target:
            raise Invalid(
                "event-from-the-future",
                f"{event_type} is stored in version {version}, this release knows up to {target}",
                remedy="run the newer release again",
            )
        while version < target:
            step = self._steps.get((event_type, version))
            if step is None:
                raise Invalid("no-upcaster", f"nothing lifts {event_type} from version {version} to {version + 1}")
            data = step(dict(data))
            version += 1
        return data
