"""`python -m shared.embedded.simulator mail|sms|identity …`: one of the providers' stand-ins, as a container runs it."""

import sys

from shared.embedded import issuer, sms_gateway, smtp_sink

_MAINS = {"mail": smtp_sink.main, "sms": sms_gateway.main, "identity": issuer.main}


def main() -> None:
    """Hand the remaining arguments over. SystemExit 2 for a name that is none."""
    name = sys.argv.pop(1) if len(sys.argv) > 1 else ""
    if name not in _MAINS:
        sys.exit(f"name the stand-in to run: {' or '.join(_MAINS)}")
    _MAINS[name]()


if __name__ == "__main__":
    main()
