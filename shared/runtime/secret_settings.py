"""Settings from files: `YANZHEN_X_FILE` names the file that holds what `YANZHEN_X` would.

A container's environment is shown by `docker inspect` and inherited by every child; a mounted file is neither.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from shared.kernel.errors import Invalid

SUFFIX = "_FILE"


def secret(variable: str, environment: Mapping[str, str] | None = None) -> str | None:
    """What the file named by `<variable>_FILE` holds, without the newline at its end, else the variable itself.

    None when neither is set. The file wins. Raises `Invalid` (`unreadable-secret`) naming the variable, never a content.
    """
    environment = os.environ if environment is None else environment
    path = environment.get(variable + SUFFIX)
    if not path:
        return environment.get(variable)
    try:
        text = Path(path).read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeError) as error:
        raise Invalid(
            "unreadable-secret",
            f"the file named by {variable}{SUFFIX} cannot be read ({type(error).__name__})",
            remedy="mount it, and let the user that runs this process read it",
            where=variable + SUFFIX,
        ) from error
    if not text:
        raise Invalid(
            "empty-secret", f"the file named by {variable}{SUFFIX} is empty", remedy="fill it", where=variable + SUFFIX
        )
    return text
