"""Writes what the services need of the broker, from which its permissions are made.

python -m scripts.export_broker_needs            write infra/nats/services.json
python -m scripts.export_broker_needs --check    say whether it is out of date, write nothing
"""

import sys

from services.cli.catalogue import SERVICES, definition
from shared.runtime.broker_needs import needs_of
from shared.security.broker_needs import PATH, as_text


def main() -> None:
    """Write or check."""
    text = as_text(needs_of(definition(service)) for service in SERVICES)
    if not PATH.exists() or PATH.read_text(encoding="utf-8") != text:
        if "--check" in sys.argv[1:]:
            sys.exit(f"out of date: infra/nats/{PATH.name}\nrun `python -m scripts.export_broker_needs`")
        PATH.write_text(text, encoding="utf-8")
    sys.stdout.write(f"Needs of the broker: {len(SERVICES)} services in sync\n")


if __name__ == "__main__":
    main()
