"""What a form asks for, item by item, and whether something is an answer to it."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from shared.kernel.errors import Invalid
from shared.kernel.sealed import Sealed, SealedWords

FormKind = Literal["questionnaire", "appraisal", "appraisal_of_bodies"]
"""问卷; 评议标准 for a member (双向评议); the same for the bodies that care for the member."""

Aspect = Literal["standard", "demand", "goal"]
"""设标准、提要求、定目标 (domain N13)."""

ASPECTS: Final[frozenset[Aspect]] = frozenset({"standard", "demand", "goal"})

Option = Annotated[str, StringConstraints(min_length=1, max_length=60)]


class FormItem(BaseModel):
    """One question. With `options` exactly one of them is the answer, without any it is given in words."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)

    item_id: str = Field(pattern=r"^[a-z0-9_-]{1,40}$")
    text: str = Field(min_length=1, max_length=200)
    options: tuple[Option, ...] = Field(default=(), max_length=10)
    aspect: Aspect | None = None

    @model_validator(mode="after")
    def _a_choice(self) -> "FormItem":
        if len(self.options) == 1 or len(set(self.options)) < len(self.options):
            raise ValueError("give at least two different options, or none for an answer in words")
        return self


Items = Annotated[tuple[FormItem, ...], Field(min_length=1, max_length=30)]

Answers = Annotated[
    dict[str, Annotated[SealedWords | str, Field(union_mode="left_to_right")]], Field(max_length=30)
]  # fmt: skip
"""By item: the option that was chosen, which is one of a few that the form gives; or words, sealed."""


def check_items(kind: FormKind, items: Items) -> None:
    """Errors (`Invalid`): `duplicate-item`, `aspects-missing`."""
    ids = [item.item_id for item in items]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise Invalid(
            "duplicate-item", f"given more than once: {twice}", remedy="give every item its own id", where="items"
        )
    if kind == "appraisal" and {item.aspect for item in items} != ASPECTS:
        raise Invalid(
            "aspects-missing",
            "an appraisal goes by standards, demands and goals, and every item is one of the three",
            remedy="give each item its `aspect`, and each aspect an item",
            where="items",
        )


def check_answers(items: Items, answers: Mapping[str, str], *, complete: bool) -> None:
    """Errors (`Invalid`): `nothing-answered`, `item-unknown`, `not-an-option`, `item-unanswered` (when all must be),
    `words-not-sealed`.
    """
    if not answers:
        raise Invalid("nothing-answered", "no item is answered", remedy="answer one at least", where="answers")
    by_id = {item.item_id: item for item in items}
    for item_id, answer in answers.items():
        item = by_id.get(item_id)
        if item is None:
            raise Invalid("item-unknown", "the form has no such item", remedy=f"use {sorted(by_id)}", where="answers")
        if not item.options:
            if not isinstance(answer, Sealed):
                raise Invalid(
                    "words-not-sealed",
                    "an answer in words is kept sealed or not at all",
                    remedy="report it: the route has to seal it",
                    where=f"answers.{item_id}",
                )
        elif answer not in item.options:
            raise Invalid(
                "not-an-option",
                "that is none of the options",
                remedy=f"choose one of {list(item.options)}",
                where=f"answers.{item_id}",
            )
    left = [item_id for item_id in by_id if item_id not in answers]
    if complete and left:
        raise Invalid("item-unanswered", f"no answer to {left}", remedy="answer every item", where="answers")
