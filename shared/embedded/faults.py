"""Faults that a stand-in makes on request: a provider that never fails teaches nothing.

Set at run time by `PUT /faults`; each set begins its random sequence anew, so a run can be repeated exactly.
"""

import random
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

Probability = Annotated[float, Field(ge=0, le=1)]


class Faults(BaseModel):
    """What both stand-ins can do wrong. Probabilities are per message; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = 0
    delay_ms: Annotated[float, Field(ge=0)] = 0
    """How long each message waits for its answer."""
    receipt_lost: Probability = 0
    receipt_twice: Probability = 0
    receipt_late: Probability = 0
    receipt_late_ms: Annotated[float, Field(ge=0)] = 1_000
    undeliverable: frozenset[str] = frozenset()
    """Recipients whose messages are accepted and then reported as not delivered."""


class SmtpFaults(Faults):
    """What the mail sink can do wrong."""

    accept_then_drop_connection: Probability = 0
    """The mail is kept and its receipt sent, but the client sees the connection die instead of `250`."""
    reject: Probability = 0
    reject_reply: Annotated[str, Field(pattern=r"^[45]\d\d .+")] = "451 4.3.0 refused by a fault knob"


class SmsFaults(Faults):
    """What the SMS gateway can do wrong."""

    accept_then_time_out: Probability = 0
    """The message is accepted and its receipt sent, but the answer does not come."""
    time_out_ms: Annotated[float, Field(ge=0)] = 30_000
    fail: Probability = 0
    """Not accepted: answered with `isp.SYSTEM_ERROR`."""


class Dice:
    """The seeded random decisions of one set of faults."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose

    def hit(self, probability: float) -> bool:
        """Whether it happens this time. Certainties draw nothing, so switching one knob leaves the others' sequence."""
        if probability <= 0:
            return False
        return probability >= 1 or self._random.random() < probability

    @classmethod
    def of(cls, faults: Faults) -> Self:
        """Dice at the beginning of that set's sequence."""
        return cls(faults.seed)
