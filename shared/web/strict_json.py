"""What counts as JSON here: less than Python's parser takes, because PostgreSQL and other readers take less.

Refused before any handler runs, as each of these would otherwise fail late and look like a fault of ours: NaN and
Infinity (no JSON, and jsonb refuses them), U+0000 and lone surrogates (no text column can hold them), numbers of
thousands of digits, and nesting so deep that recursive code overflows.
"""

import json
import re
from typing import Any, Final, NoReturn

from shared.web.errors import BadRequest

MAX_DEPTH: Final = 64

_ESCAPED_TROUBLE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")


def parse_strictly(body: bytes) -> Any:
    """The value in the body. Raises `BadRequest` saying what is wrong with it, without quoting it."""
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise _malformed(f"the body is not UTF-8 (at byte {error.start})") from None
    except json.JSONDecodeError as error:
        raise _malformed(f"the body is not JSON (line {error.lineno}, column {error.colno})") from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:  # Python's guard against integers of more than 4,300 digits
        raise _malformed("the body holds a number of unreasonable length") from None
    _check(value, scalars=_ESCAPED_TROUBLE.search(body) is not None)
    return value


def _check(value: Any, *, scalars: bool) -> None:
    """Depth always; texts only where an escape made it possible for one to be bad, as raw control bytes never parse."""
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH + 1):
        below: list[Any] = []
        for node in level:
            if isinstance(node, dict):
                below += node.values()
                if scalars:
                    below += node.keys()
            elif isinstance(node, list):
                below += node
            elif scalars and isinstance(node, str):
                _check_text(node)
        if not below:
            return
        level = below
    raise _too_deep()


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise BadRequest("nul-character", "a text in the body holds U+0000", remedy="leave the character out")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadRequest(
            "lone-surrogate", "a text in the body holds half a surrogate pair", remedy="encode the text as UTF-8"
        ) from None


def _refuse_constant(_name: str) -> NoReturn:
    raise _malformed("NaN and Infinity are not JSON")


def _malformed(detail: str) -> BadRequest:
    return BadRequest("malformed-json", detail, remedy="send valid JSON in UTF-8")


def _too_deep() -> BadRequest:
    return BadRequest("json-too-deep", f"the body is nested deeper than {MAX_DEPTH} levels", remedy="flatten it")
