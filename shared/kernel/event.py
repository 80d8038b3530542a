"""Domain events: what happened, in the past tense, for ever.

The stored name of an event is a literal (`type`), never a class path, so that code can be moved without touching
history. A change that is not an additive optional field raises `schema_version` and adds an upcaster
(`shared.eventstore.upcasting`).
"""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class DomainEvent(BaseModel):
    """Base of the events of one service's aggregates. Immutable; unknown fields of a newer writer are ignored."""

    # A validation error must not quote the input: it may be somebody's name, and errors end up in logs.
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    type: ClassVar[str]
    schema_version: ClassVar[int] = 1


class Command(BaseModel):
    """An intention, in the imperative. Unknown fields are refused: a misspelt field must not be silently dropped."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)
