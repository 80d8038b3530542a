"""What is said in free text by or about one person: sealed on its way in, opened for whoever may read it (ADR 55).

Events and read models hold it under that person's key. A route opens what it shows, and only that: the registry puts the
reader, the purpose and the person on record before it answers.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol, TypeVar

from shared.kernel.sealed import Erased, Sealed
from shared.privacy.opening import Opened, Opener
from shared.privacy.sealer import WORDS, ToOpen, ToSeal

PURPOSE: Final = "hear"
UNREADABLE: Final = "（无法读取）"
"""Shown instead of words that are damaged: the others of a list are shown all the same."""
SEALED_TEXT: Final = re.compile(r"sealed:1:[A-Za-z0-9_-]{1,64}:[A-Za-z0-9_-]{38,8192}")

Row = dict[str, Any]


class Sealing(Protocol):
    """Whatever can seal: the keys in this process, or the registry's door."""

    async def seal_many(self, values: Sequence[ToSeal]) -> list[Sealed]:
        """In order, all or nothing. Raises `PersonErased`, `Invalid`, and `Unavailable` when nobody can be asked."""
        ...


class Paged(Protocol):
    """A page of a listing."""

    items: list[Row]


P = TypeVar("P", bound=Paged)


class Words:
    """`opener` makes the opener of one reader, by id."""

    def __init__(self, sealing: Sealing, opener: Callable[[str], Opener]) -> None:
        self._sealing = sealing
        self._opener = opener

    async def seal(self, person_id: str, text: str) -> Sealed:
        """Words by or about that person."""
        [sealed] = await self._sealing.seal_many([ToSeal(person_id, WORDS, text)])
        return sealed

    async def seal_if(self, person_id: str, text: str | None) -> Sealed | None:
        """As `seal`, where something was said."""
        return None if text is None else await self.seal(person_id, text)

    async def seal_items(
        self, person_id: str, answers: Mapping[str, str], in_words: Iterable[str]
    ) -> dict[str, Sealed | str]:
        """The answers with those to the items `in_words` sealed; an option that was chosen is none of the person's words."""
        said = [item for item in in_words if item in answers]
        sealed = await self._sealing.seal_many([ToSeal(person_id, WORDS, answers[item]) for item in said])
        return {**answers, **dict(zip(said, sealed, strict=True))}

    async def open(self, row: Row, read_by: str, person: str = "member_id") -> Row:
        """As `open_all`, one row."""
        [opened] = await self.open_all([row], read_by, person)
        return opened

    async def open_all(self, rows: Sequence[Row], read_by: str, person: str = "member_id") -> list[Row]:
        """The rows with every sealed value in them opened, at any depth; `person` is the column that says whose they are.

        Raises `Unavailable` while nobody can be asked.
        """
        whose = [(str(row[person]), value) for row in rows for value in sealed_in(row)]
        texts = dict(zip(whose, map(shown, await self.open_each(whose, read_by)), strict=True))
        return [
            replaced(row, {value: text for (of, value), text in texts.items() if of == row[person]}) for row in rows
        ]

    async def open_page(self, page: P, read_by: str, person: str = "member_id") -> P:
        """As `open_all`, the items of a page."""
        page.items = await self.open_all(page.items, read_by, person)
        return page

    async def open_each(self, values: Sequence[tuple[str, Sealed]], read_by: str) -> list[Opened]:
        """What each (person, words) holds, in order."""
        if not values:
            return []
        return await self._opener(read_by).open_each([ToOpen(person, WORDS, sealed) for person, sealed in values])


def shown(opened: Opened) -> str:
    """What a reader sees: the text, or why there is none."""
    return str(opened) if isinstance(opened, str | Erased) else UNREADABLE


def sealed_in(value: Any) -> Iterator[Sealed]:
    """Every sealed value in a row as JSON has it, at any depth."""
    if isinstance(value, str):
        if SEALED_TEXT.fullmatch(value):
            yield Sealed(value)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from sealed_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from sealed_in(inner)


def replaced(value: Any, by: Mapping[Sealed, str]) -> Any:
    """The same with every sealed value replaced."""
    if isinstance(value, str):
        return by[Sealed(value)] if SEALED_TEXT.fullmatch(value) else value
    if isinstance(value, dict):
        return {name: replaced(inner, by) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [replaced(inner, by) for inner in value]
    return value
