"""Tables to take along (CSV), for whoever opens them with a spreadsheet."""

import csv
import io
from collections.abc import AsyncIterator, Iterable
from typing import Any, Final

from fastapi.responses import StreamingResponse

MARK: Final = "\ufeff"
"""Excel takes UTF-8 for its own encoding without it."""

DESCRIBED: Final[dict[int | str, dict[str, Any]]] = {200: {"content": {"text/csv": {}}}}
"""`responses=` of a route that answers with one."""

_FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")
"""What a cell begins with that a spreadsheet would carry out. Some fold the full-width forms."""


def line(cells: Iterable[Any]) -> str:
    """One line; empty for None. A text that reads as a formula gets an apostrophe, which a spreadsheet shows as text."""
    buffer = io.StringIO()
    csv.writer(buffer).writerow([_harmless(cell) for cell in cells])
    return buffer.getvalue()


def download(lines: AsyncIterator[str], name: str) -> StreamingResponse:
    """The lines as a file of that (ASCII) name, with the mark before them; never kept by a cache."""

    async def marked() -> AsyncIterator[str]:
        yield MARK
        async for one in lines:
            yield one

    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(marked(), media_type="text/csv; charset=utf-8", headers=headers)


def _harmless(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA) else cell
