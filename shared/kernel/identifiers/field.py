"""From a parser of this package to a field type that models can use."""

from collections.abc import Callable
from typing import TypeVar

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from shared.kernel.errors import Invalid

T = TypeVar("T")


def as_validator(parse: Callable[[str], T]) -> Callable[[str], T]:
    """`parse` for the inside of a pydantic validator: its `Invalid` becomes a pydantic error of the same code.

    The error's message is the detail and its context carries `detail` and `remedy`, so the web layer can render the
    same problem as for an `Invalid` raised anywhere else. Neither holds the input. Pydantic itself keeps the input
    beside the error: a model with personal fields sets `hide_input_in_errors`, and `ValidationError.errors` is asked
    without it.
    """

    def validate(text: str) -> T:
        try:
            return parse(text)
        except Invalid as error:
            context = {"detail": error.detail, "remedy": error.remedy}
            raise PydanticCustomError(error.code, "{detail}", context) from None

    return validate


def checked_by(parse: Callable[[str], str]) -> AfterValidator:
    """What a string field is annotated with so that it holds what `parse` returns."""
    return AfterValidator(as_validator(parse))
