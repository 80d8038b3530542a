"""An installation that is watched as one in production would be: its spans go to a backend, its gauges are read often."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.system.otlp import OtlpReceiver, Seen
from tests.system.support import System

OFTEN = {
    "YANZHEN_GAUGES_EVERY": "0.5",
    "YANZHEN_STREAM_CHECK_EVERY": "1",
    "OTEL_BSP_SCHEDULE_DELAY": "200",
}


class Observed(System):
    """A system whose spans come in here. `watched` is the directory whose disk is watched; `disks` as `Installed` has them."""

    def __init__(
        self, data_dir: Path, receiver: OtlpReceiver, watched: Path, disks: Mapping[str, Path] | None = None
    ) -> None:
        super().__init__(data_dir, disks=disks)
        self.receiver = receiver
        self.watched = watched

    def start_watched(self) -> None:
        given = {"OTEL_EXPORTER_OTLP_ENDPOINT": self.receiver.url, "YANZHEN_WATCHED_DIRECTORY": str(self.watched)}
        self.start_loaded(OFTEN | given)

    def about(self, relocation_id: str) -> list[Seen]:
        """The spans that a person finds who searches for the relocation."""
        return [one for one in self.receiver.spans if one.attributes.get("yanzhen.relocation.id") == relocation_id]

    def trace(self, trace_id: str) -> dict[str, Seen]:
        """The spans of a trace by their id."""
        return {one.span_id: one for one in self.receiver.spans if one.trace_id == trace_id}


@contextlib.contextmanager
def observed(data_dir: Path, watched: Path, disks: Mapping[str, Path] | None = None) -> Iterator[Observed]:
    """Start everything; afterwards nothing is left running."""
    receiver = OtlpReceiver()
    receiver.start()
    try:
        system = Observed(data_dir, receiver, watched, disks)
        try:
            system.start_watched()
            yield system
        finally:
            system.close()
    finally:
        receiver.stop()
