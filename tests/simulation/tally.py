"""How often each thing that can go wrong did: not that it was planned, but that somebody met it."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

MET: Final[Mapping[str, str]] = {
    "crash": "a process died, between any two awaits, and began again from what is durable",
    "frozen": "a process stood still without noticing",
    "repeated": "messages were delivered again",
    "delayed": "a delivery came late",
    "turned": "two messages came in the wrong order",
    "dropped": "a message was not delivered",
    "ack lost": "a publication was stored, in part or whole, and not confirmed",
    "bell lost": "nobody was woken",
    "tail lost": "a stream lost its end",
    "stream lost": "a stream lost everything",
    "broker away": "the broker was gone",
    "outside ack lost": "an outside message was taken, and its acknowledgement lost",
    "two leaders": "a leader went on without its lock",
    "leader cut": "a leader's connection broke, before or after positions were given",
    "database before": "a commit failed before it was done",
    "database after": "a commit was done, and reported as failed",
    "database conflict": "a commit lost against somebody else",
    "database reading": "a read failed",
    "database away": "the database did not answer",
    "keyring": "the keys were not there",
    "provider silent before": "a provider did not answer, and had not taken the message",
    "provider silent after": "a provider took the message, and did not answer",
    "provider busy": "a provider asked for patience",
    "provider away": "a provider was gone",
    "receipt lost": "a receipt never came",
    "receipt twice": "a receipt came again",
    "clock jump": "a clock jumped",
    "poison": "a message could not be handled",
    "killer": "a message killed whoever touched it",
    "answer lost": "who asked did not hear the answer",
    "outside flood": "an outside system sent dozens at once",
    "outside lie": "an outside system said two things under one id",
    "outside garbage": "an outside system sent what is no message",
}
"""All of them, and what they are."""

Tally = Counter[str]
"""By the names of `MET`."""
