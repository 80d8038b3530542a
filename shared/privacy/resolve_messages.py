"""What is said at the registry's door: which sealed values to open, for whom and for what; and what they hold."""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from shared.kernel.errors import Unavailable, YanzhenError
from shared.kernel.sealed import ERASED, Erased, Sealed
from shared.privacy.opening import Opened
from shared.privacy.sealer import ToOpen

MOST_AT_ONCE: Final = 400


class Wanted(BaseModel):
    """One value to be opened."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    person_id: str = Field(min_length=1, max_length=64)
    field: str = Field(pattern=r"^[a-z_]{1,32}$")
    sealed: Sealed

    def to_open(self) -> ToOpen:
        return ToOpen(self.person_id, self.field, self.sealed)


class ResolveRequest(BaseModel):
    """`key` is the asker's half of the box; `actor` is who is behind it, by id."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    purpose: str = Field(pattern=r"^[a-z-]{1,40}$")
    actor: str = Field(default="", max_length=128, pattern=r"^[\x21-\x7e]*$")
    key: str = Field(max_length=64)
    values: tuple[Wanted, ...] = Field(min_length=1, max_length=MOST_AT_ONCE)


class ResolveAnswer(BaseModel):
    """Either a box with what was asked for, or why there is none."""

    key: str = ""
    box: str = ""
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
        "nobody-opens", f"the registry does not open sealed values just now ({why})", remedy="see that it is running"
    )
