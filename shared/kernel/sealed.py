"""Personal data as events carry it: sealed under a key that can be destroyed.

Events are kept for ever and a person may ask to be forgotten. So a name, 身份证, phone, address or e-mail never enters
an event in the clear: it travels as `Sealed`, and forgetting means destroying the person's key (`shared.privacy`).
These types are pure and live in the kernel because the domain may import nothing else.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Annotated, Any, Final, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from shared.kernel.errors import Invalid

_SHAPE = r"sealed:1:[A-Za-z0-9_-]{1,64}:[A-Za-z0-9_-]{38,8192}"
"""38 characters are the least: a 12-byte nonce and a 16-byte tag around an empty text."""

_MATCH: Final[Callable[[str], re.Match[str] | None]] = re.compile(_SHAPE).fullmatch


class Sealed(str):
    """`sealed:1:<key id>:<base64url(nonce || ciphertext)>`, without padding.

    A type of its own and not an alias of `str`, so that mypy refuses plain text where a sealed value belongs. Building
    one from anything of another shape raises `Invalid`, which never repeats the text: it may well be the plain name.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        if not _MATCH(text):
            raise Invalid(
                "not-sealed",
                "a sealed value was expected and the text given is not one",
                remedy="seal personal data with shared.privacy.Sealer before it enters an event",
            )
        return super().__new__(cls, text)

    @property
    def key_id(self) -> str:
        """Which key it was sealed under."""
        return self.split(":", 3)[2]

    @property
    def payload(self) -> str:
        """The base64url text of nonce and ciphertext."""
        return self.split(":", 3)[3]

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        # The pattern makes an error of pydantic's own (and documents itself in the JSON Schema); `str.__new__` then
        # skips the second check of the same shape, which would double the cost of reading an event.
        checked = core_schema.str_schema(pattern=f"^{_SHAPE}$")
        return core_schema.no_info_after_validator_function(lambda text: str.__new__(cls, text), checked)


class Erased(Enum):
    """What reading gives once the key is gone. An answer, not an exception: history must stay readable."""

    ERASED = "[已删除]"

    def __str__(self) -> str:
        return self.value


ERASED: Final = Erased.ERASED


class PersonalKind(StrEnum):
    """The kinds of personal field; each has its own normal form, mask and blind index."""

    NAME = "name"
    RESIDENT_ID = "resident_id"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    WORDS = "words"
    """What somebody says, or what is noted about somebody, in a text of their own making."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Personal:
    """Marks a field of a model: `name: Annotated[Sealed, Personal(PersonalKind.NAME)]`.

    `shared.privacy.fields` lists the marked fields, so a scan can prove that none of them is ever stored in the clear.
    """

    kind: PersonalKind


SealedWords = Annotated[Sealed, Personal(PersonalKind.WORDS)]
"""Free text said by or about one person, in an event or a command: under that person's key, like their name (ADR 55)."""
