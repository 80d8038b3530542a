"""Stream versions as entity tags, so that a client changes what it has seen and nothing newer."""

import re
from typing import Annotated, Final

from fastapi import Depends, Request

from shared.web.errors import BadRequest, PreconditionRequired

_STRONG = re.compile(r'"(0|[1-9][0-9]{0,17})"', re.ASCII)

_REMEDY: Final = 'send the ETag of the last read as it came, e.g. If-Match: "7"'


def etag(version: int) -> str:
    """The entity tag of a stream at that version: 7 → `"7"`."""
    return f'"{version}"'


def parse_if_match(values: list[str]) -> int | None:
    """The version that `If-Match` asks for; None without one, and for `*`, which any version satisfies.

    Weak tags never match for a change (RFC 9110 §13.1.1), and a list of tags has no one version to decide on: both are
    `BadRequest`, as a precondition that was ignored would be a lost update.
    """
    if not values:
        return None
    if values == ["*"]:
        return None
    match = _STRONG.fullmatch(values[0].strip()) if len(values) == 1 else None
    if match is None:
        raise BadRequest("bad-if-match", "If-Match is not one strong entity tag of ours", remedy=_REMEDY)
    return int(match[1])


async def _expected(request: Request) -> int | None:
    return parse_if_match(request.headers.getlist("if-match"))


async def _required(request: Request) -> int:
    version = await _expected(request)
    if version is None:
        raise PreconditionRequired("if-match-required", "this change needs to name a version", remedy=_REMEDY)
    return version


ExpectedVersion = Annotated[int | None, Depends(_expected)]
"""A route parameter: the expected version, or None when the client does not care."""

RequiredVersion = Annotated[int, Depends(_required)]
"""A route parameter: the expected version; the request is refused without one (428)."""
