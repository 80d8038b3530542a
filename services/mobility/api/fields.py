"""Fields that more than one request has."""

from typing import Annotated

from fastapi import Query
from pydantic import Field

from shared.runtime.commands import Body

Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x20\x7f]+$")]
"""An identifier that we made (UUIDv7) or that an import brought along; never blank, never with control characters."""

Words = Annotated[str, Field(min_length=1, max_length=500)]
"""A reason in words. Says what is wrong, not who somebody is."""

Answers = Annotated[dict[str, Words], Field(max_length=30)]
"""What is answered to a form, by item: the option that was chosen, or words."""

Month = Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]

YearAsked = Annotated[int, Query(ge=1921, le=9999)]
"""A query parameter."""

LetterNumber = Annotated[str, Field(min_length=1, max_length=64)]


Reference = Annotated[str, Field(min_length=1, max_length=100)]
"""What proves a step on paper: the number of a posting, of a receipt, of an exchange."""

AreaCode = Annotated[str, Field(pattern=r"^[0-9]{6}$")]
"""行政区划代码, six digits (GB/T 2260)."""


class Act(Body):
    """Which organisation acts."""

    by: Id
