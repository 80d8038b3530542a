"""What every command at an HTTP door has in common: who asks, once per key, at which version, and what comes back."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Response
from pydantic import BaseModel, ConfigDict

from shared.eventstore.context import Cause
from shared.eventstore.executor import Answer, Once
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.json import to_json
from shared.observability.tracing import traceparent_of_current
from shared.runtime.definition import Running
from shared.security.access import Access, Permit
from shared.web.etag import ExpectedVersion
from shared.web.etag import etag as etag_of
from shared.web.idempotency import OptionalIdempotencyKey


class Body(BaseModel):
    """Base of request bodies: an unknown field is refused, and no error quotes what was sent."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)


@dataclass(frozen=True, slots=True)
class Asked:
    """The conditions of one request."""

    access: Permit
    expected: int | None
    once: Once | None

    def cause(self, correlation_id: str) -> Cause:
        """The cause of what this request brings about, tied to its trace."""
        return Cause(correlation_id, None, self.access.actor.id, traceparent_of_current())


async def _asked(access: Access, key: OptionalIdempotencyKey, expected: ExpectedVersion) -> Asked:
    if key is None:
        return Asked(access, expected, None)
    own = key.of(access.actor.id)
    return Asked(access, expected, Once(own.key, own.fingerprint))


Request = Annotated[Asked, Depends(_asked)]
"""A route parameter: what the actor may do here, If-Match and Idempotency-Key of the request."""

Command = Callable[[UnitOfWork], Awaitable[Answer]]


async def answer(running: Running, asked: Asked, correlation_id: str, command: Command) -> Response:
    """Run a command and render its answer; a repeated request gets the first answer, marked as such."""
    result = await running.executor.run_once(command, asked.cause(correlation_id), asked.once)
    body: Any = result.body
    headers = {}
    if isinstance(body, dict) and "version" in body:
        headers["ETag"] = etag_of(int(body["version"]))
    if result.repeated:
        headers["Idempotency-Replayed"] = "true"
    return Response(to_json(body), result.status, headers, media_type="application/json")
