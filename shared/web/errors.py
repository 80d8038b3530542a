"""Errors that only the HTTP door knows."""

from shared.kernel.errors import Invalid, PreconditionFailed, YanzhenError


class BadRequest(Invalid):
    """The request itself is malformed, before any field of it means anything."""

    status = 400
    title = "Malformed request"


class PreconditionRequired(PreconditionFailed):
    """The route changes something that others may be changing too, and wants to know which version was meant."""

    status = 428
    title = "Precondition required"


class RequestTimeout(YanzhenError):
    """The body did not arrive in time."""

    status = 408
    title = "Request time-out"


class TooLarge(YanzhenError):
    """The body is larger than this service takes."""

    status = 413
    title = "Body too large"


class TooManyRequests(YanzhenError):
    """The client asks more often than it may."""

    status = 429
    title = "Too many requests"


class HeadersTooLarge(YanzhenError):
    """The request's target and headers are larger than this service takes."""

    status = 431
    title = "Headers too large"
