"""The services that the command line knows, by name; each is imported only when it is about to be used."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.kernel.errors import Invalid
from shared.privacy.resolve_subject import DOOR

if TYPE_CHECKING:
    from shared.runtime.definition import ServiceDefinition


@dataclass(frozen=True, slots=True)
class ServiceEntry:
    """A service and where its definition is, as `module:attribute`.

    `keyring` is what it may do with the keys of the keyring, as SQL privileges; empty for one that opens nothing itself.
    """

    name: str
    target: str
    keyring: str = ""

    @property
    def argument(self) -> str:
        """How the command line is told which service is meant (`entry` reads it)."""
        return self.name if self.target.startswith(f"services.{self.name}.") else self.target

    @property
    def stream(self) -> str:
        """The stream that only this service writes."""
        return f"OUT_{self.name.upper()}"


NAMES = ("registry", "mobility", "assessment", "notify")
# The registry seals, opens and erases, for itself and for whoever may ask it (ADR 23); nobody else needs a key.
_KEYRING = {DOOR: "SELECT, INSERT, UPDATE"}
SERVICES = tuple(ServiceEntry(name, f"services.{name}.service:SERVICE", _KEYRING.get(name, "")) for name in NAMES)


def entry(name: str) -> ServiceEntry:
    """A service by its name; or, for one that is not ours, by `module:attribute`. Raises `Invalid`."""
    for known in SERVICES:
        if known.name == name:
            return known
    if ":" in name:
        return ServiceEntry(name.partition(":")[0].rpartition(".")[2], name)
    raise Invalid("unknown-service", f"there is no service {name!r}", remedy=f"name one of {', '.join(NAMES)}")


def definition(of: ServiceEntry) -> "ServiceDefinition":
    """Import the service. Raises `Invalid` (`service-missing`) when this installation does not hold it."""
    from shared.runtime.lookup import find_definition

    return find_definition(of.target)
