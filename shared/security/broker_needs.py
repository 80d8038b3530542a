"""What each service needs of the broker, as its own definition says it.

`infra/nats/services.json` is written from the services' definitions by `python -m scripts.export_broker_needs`, and
`make check` compares: a new follow or door shows as a change of this file and of nobody's memory. A file, since who
configures a broker must not have to import four services.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from shared.kernel.errors import Invalid

PATH = Path(__file__).resolve().parents[2] / "infra" / "nats" / "services.json"


@dataclass(frozen=True, slots=True)
class BrokerNeeds:
    """`follows` names the services whose events it reads; `door` whether it takes messages of outside systems."""

    service: str
    follows: tuple[str, ...] = ()
    door: bool = False


def as_text(needs: Iterable[BrokerNeeds]) -> str:
    """The content of the file."""
    entries = [asdict(one) | {"follows": sorted(one.follows)} for one in needs]
    return json.dumps(sorted(entries, key=lambda entry: str(entry["service"])), indent=2) + "\n"


def declared(path: Path = PATH) -> Mapping[str, BrokerNeeds]:
    """What the file says, by service. Raises `Invalid` (`bad-broker-needs`)."""
    try:
        entries = json.loads(path.read_text("utf-8"))
        found = [BrokerNeeds(one["service"], tuple(one["follows"]), bool(one["door"])) for one in entries]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Invalid(
            "bad-broker-needs",
            f"what the services need of the broker cannot be read: {type(error).__name__}",
            remedy="write it again with `python -m scripts.export_broker_needs`",
            where=str(path),
        ) from error
    return {one.service: one for one in found}
