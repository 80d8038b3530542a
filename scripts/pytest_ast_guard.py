"""A pytest plugin (`-p scripts.pytest_ast_guard`) against a fault of CPython 3.11.0 to 3.11.7 and 3.12.0 to 3.12.1.

There, `ast.parse` counts its depth in one place per interpreter. When the collector runs in the middle of it, Python code
runs (Hypothesis registers a collector callback, coroutines have finalisers), another thread may get its turn, and if that
one parses too, the first ends in `SystemError: AST constructor recursion depth mismatch`. pytest parses a great deal: to
rewrite assertions of our tests and of all of Hypothesis, and to show tracebacks; the embedded stack has its own thread.

So the collector rests while a tree is built, one parser at a time: then nothing can come in between. It costs nothing
that can be measured, and later releases of Python, which count per call, do without it.
"""

import ast
import gc
import sys
import threading
from typing import Any

AFFECTED = sys.version_info < (3, 11, 8) or (3, 12) <= sys.version_info < (3, 12, 2)

_parse = ast.parse
_one_at_a_time = threading.RLock()


def parse_undisturbed(*args: Any, **kwargs: Any) -> Any:
    """`ast.parse` with the collector at rest."""
    with _one_at_a_time:
        running = gc.isenabled()
        gc.disable()
        try:
            return _parse(*args, **kwargs)
        finally:
            if running:
                gc.enable()


if AFFECTED:
    ast.parse = parse_undisturbed
