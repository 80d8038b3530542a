"""To which organisation a unit falls, by what the list's column of the chosen basis says (谁管理谁组建, domain §4.3 Y14).

The column holds a street, a competent authority or a park in the words of another register. It leads to an organisation
when it is its id or its name, or when its name is the only one that contains the word.
"""

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.security.policy import area_prefix

_HOLDERS: Final = text(
    """
    SELECT organisation_id, name FROM organisations
    WHERE kind IN ('committee', 'working_committee', 'general_branch', 'regional') AND dissolved IS NOT TRUE
      AND starts_with(area_code, :prefix)
    ORDER BY organisation_id
    """
)
_SHORTEST: Final = 2
"""Characters of a word that may be looked for within names."""


class Routing:
    """The organisations of an area that units can fall to."""

    def __init__(self, holders: dict[str, str]) -> None:
        self._holders = holders
        self._known: dict[str, str | None] = {}

    @classmethod
    async def of(cls, connection: AsyncConnection, area_code: str) -> "Routing":
        """Read them as they are now."""
        rows = await connection.execute(_HOLDERS, {"prefix": area_prefix(area_code)})
        return cls({row[0]: row[1] for row in rows})

    def to(self, word: str) -> str | None:
        """The organisation, or None when no name or more than one fits."""
        if word not in self._known:
            self._known[word] = self._find(word)
        return self._known[word]

    def _find(self, word: str) -> str | None:
        if word in self._holders:
            return word
        exact = [one for one, name in self._holders.items() if name == word]
        within = [one for one, name in self._holders.items() if len(word) >= _SHORTEST and word in name]
        found = exact or within
        return found[0] if len(found) == 1 else None
