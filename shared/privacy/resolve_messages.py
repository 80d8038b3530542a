"""What is said at the registry's door: which sealed values to open, for whom and for what, and what they hold; which texts
to seal, and the sealed values.
"""

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from shared.kernel.errors import Unavailable, YanzhenError
from shared.kernel.sealed import ERASED, Erased, Sealed
from shared.privacy.opening import Opened
from shared.privacy.sealer import ToOpen, ToSeal

MOST_AT_ONCE: Final = 400


class Said(BaseModel):
    """What every message is like: nothing unknown in it, and no error repeats what it holds."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


PersonId = Annotated[str, Field(min_length=1, max_length=64)]
FieldName = Annotated[str, Field(pattern=r"^[a-z_]{1,32}$")]


class Wanted(Said):
    """One value to be opened."""

    person_id: PersonId
    field: FieldName
    sealed: Sealed

    def to_open(self) -> ToOpen:
        return ToOpen(self.person_id, self.field, self.sealed)


class ResolveRequest(Said):
    """`key` is the asker's half of the box; `actor` is who is behind it, by id."""

    purpose: str = Field(pattern=r"^[a-z-]{1,40}$")
    actor: str = Field(default="", max_length=128, pattern=r"^[\x21-\x7e]*$")
    key: str = Field(max_length=64)
    values: tuple[Wanted, ...] = Field(min_length=1, max_length=MOST_AT_ONCE)


class SealRequest(Said):
    """A box with `Texts` for the door's key; one for another key, or for none, is answered with the key that is."""

    door: str = Field(max_length=64)
    key: str = Field(default="", max_length=64)
    box: str = ""


class Text(Said):
    """One text to be sealed."""

    person_id: PersonId
    field: FieldName
    text: str

    def to_seal(self) -> ToSeal:
        return ToSeal(self.person_id, self.field, self.text)


class Texts(Said):
    """What is in the box that goes to the door."""

    values: tuple[Text, ...] = Field(min_length=1, max_length=MOST_AT_ONCE)


class ResolveAnswer(BaseModel):
    """Either what was asked for, opened in a box or sealed, or why it is not here. `door`: the key to seal for."""

    key: str = ""
    box: str = ""
    door: str = ""
    sealed: tuple[Sealed, ...] = ()
    code: str = ""
    detail: str = ""
    status: int = 200


class Damaged(YanzhenError):
    """The door could not open this one value; `code` says why."""

    title = "Sealed value does not open"


def to_plain(opened: Opened) -> dict[str, Any]:
    """One result as JSON inside the box."""
    if isinstance(opened, Erased):
        return {"erased": True}
    if isinstance(opened, YanzhenError):
        return {"code": opened.code, "detail": opened.detail, "where": opened.where}
    return {"text": opened}


def from_plain(plain: dict[str, Any]) -> Opened:
    """Back again."""
    if plain.get("erased"):
        return ERASED
    if "text" in plain:
        return str(plain["text"])
    return Damaged(str(plain.get("code", "unknown")), str(plain.get("detail", "")), where=str(plain.get("where", "")))


def unanswered(why: str) -> Unavailable:
    """Nobody opens anything just now."""
    return Unavailable(
        "nobody-opens",
        f"the registry neither seals nor opens personal values just now ({why})",
        remedy="see that it is running",
    )
