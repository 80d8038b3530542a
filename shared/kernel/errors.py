"""What can be wrong, said so that a person knows what to do next.

Every error that leaves a service carries a stable `code`, a `detail` that says what is wrong and where, and a `remedy`
that says what to do. The web layer renders them as RFC 9457 problems, consumers as dead-letter reasons, the command line
as one line each: one vocabulary for all doors.
"""

from typing import ClassVar


class YanzhenError(Exception):
    """Base of all errors that we raise on purpose.

    `status` is the HTTP status the error means; it is kept here so that each kind is defined in one place.
    """

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Internal error"

    def __init__(self, code: str, detail: str, *, remedy: str = "", where: str = "") -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.remedy = remedy
        self.where = where

    def __str__(self) -> str:
        parts = [f"{self.code}: {self.detail}"]
        if self.where:
            parts.append(f"(at {self.where})")
        if self.remedy:
            parts.append(f"- {self.remedy}")
        return " ".join(parts)


class Invalid(YanzhenError):
    """The input is not well-formed or breaks a rule that needs no state to check (400-class, never retried)."""

    status = 422
    title = "Invalid input"


class NotFound(YanzhenError):
    """The thing named does not exist here."""

    status = 404
    title = "Not found"


def unknown(what: str, *, where: str = "") -> NotFound:
    """There is no such thing, or it is nobody's business here: the two must not be told apart.

    `where` is the field of the body that names it; without one it stands in the path.
    """
    remedy = "check the id in the path"
    if where:
        remedy = f"check the id in `{where}` of the body; if it was entered a moment ago, try again"
    return NotFound(f"{what}-unknown", f"there is no such {what}", remedy=remedy, where=where)


class Refused(YanzhenError):
    """A well-formed command that the present state does not allow: a rule of the field said no."""

    status = 409
    title = "Refused by a rule"


class Unauthenticated(YanzhenError):
    """Nobody knows who is asking: there is no token, or none that can be believed."""

    status = 401
    title = "Not authenticated"


class Forbidden(YanzhenError):
    """The caller may not do this."""

    status = 403
    title = "Not permitted"


class PreconditionFailed(YanzhenError):
    """`If-Match` names a version that is no longer the current one."""

    status = 412
    title = "Stale version"


class ConcurrencyConflict(YanzhenError):
    """Somebody else appended to the stream first: reload, decide again, and give up after a few tries."""

    status = 409
    title = "Concurrent change"

    def __init__(self, stream_id: str, expected: int) -> None:
        super().__init__(
            "concurrent-change",
            f"{stream_id} is no longer at version {expected}",
            remedy="read it again and repeat the request",
        )
        self.stream_id = stream_id
        self.expected = expected


class IdempotencyMismatch(YanzhenError):
    """An idempotency key was used before, with another body."""

    status = 422
    title = "Idempotency key reused"


class Unavailable(YanzhenError):
    """Something this depends on does not answer; trying again later is right."""

    status = 503
    title = "Temporarily unavailable"
