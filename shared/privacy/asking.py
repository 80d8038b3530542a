"""A question at the registry's door, and its answer or the error that stands in its place."""

from typing import Final

import nats.errors
from nats.aio.client import Client

from shared.kernel.errors import Forbidden, Invalid, Refused, Unavailable, YanzhenError
from shared.privacy.resolve_messages import ResolveAnswer, ResolveRequest, SealRequest, unanswered
from shared.privacy.resolve_subject import subject_of

TIMEOUT: Final = 5.0


async def ask(
    client: Client, role: str, request: ResolveRequest | SealRequest, timeout: float = TIMEOUT
) -> ResolveAnswer:
    """Raises `Unavailable` when nobody answers, and what the door refuses as it refuses it."""
    try:
        reply = await client.request(subject_of(role), request.model_dump_json().encode(), timeout=timeout)
    except (nats.errors.Error, OSError, TimeoutError) as error:
        raise unanswered(type(error).__name__) from error
    answer = ResolveAnswer.model_validate_json(reply.data)
    if answer.code:
        raise _refusal(answer)
    return answer


def _refusal(answer: ResolveAnswer) -> YanzhenError:
    kinds: dict[int, type[YanzhenError]] = {403: Forbidden, 409: Refused, 422: Invalid}
    kind = kinds.get(answer.status, Unavailable)
    return kind(answer.code, answer.detail, remedy="the registry's log says more")
