"""`python -m shared.embedded.simulator mail|sms|identity …`: one of the providers' stand-ins."""

import importlib
import sys

MODULES = {"mail": "smtp_sink", "sms": "sms_gateway", "identity": "issuer"}


def main() -> None:
    """Hand the remaining arguments over. SystemExit 2 for a name that is none."""
    name = sys.argv.pop(1) if len(sys.argv) > 1 else ""
    if name not in MODULES:
        sys.exit(f"name the stand-in to run: {' or '.join(MODULES)}")
    # Where rich is installed, structlog loads it for tracebacks on a terminal: 3 MB in each process for nothing.
    sys.modules["rich"] = None  # type: ignore[assignment]
    importlib.import_module(f"shared.embedded.{MODULES[name]}").main()


if __name__ == "__main__":
    main()
