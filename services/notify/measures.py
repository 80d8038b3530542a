"""What notify measures: messages that wait to be sent or asked about, and for how long."""

from typing import Final

from shared.runtime.measures import Measure

MEASURES: Final = (
    Measure(
        "messages_waiting",
        "Messages with something to do about them now, by channel and step",
        "SELECT channel, step, count(*) FROM sends GROUP BY channel, step",
        ("channel", "step"),
    ),
    Measure(
        "messages_waiting_seconds",
        "How long the oldest of them has waited",
        "SELECT channel, extract(epoch FROM CAST(:now AS timestamptz) - min(due_since)) FROM sends GROUP BY channel",
        ("channel",),
    ),
)
