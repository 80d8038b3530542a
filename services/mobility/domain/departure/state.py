"""Where a member who is away stands."""

from dataclasses import dataclass
from typing import Literal

from services.mobility.domain.care_rules.rules import CitedRules
from services.mobility.domain.care_terms import Place
from services.mobility.domain.departure.events import DepartureRegistered, MobileFileOpened
from shared.kernel.errors import NotFound, Refused

Status = Literal["away", "to_verify", "found", "not_found", "wrong", "on_file"]
"""`away`: no station serves the place, so nobody verifies."""


@dataclass(frozen=True, slots=True)
class Away:
    """The open departure."""

    registered: DepartureRegistered
    destination: Place
    station_id: str | None
    status: Status
    place_fixed: bool
    proposed: bool = False
    file: MobileFileOpened | None = None
    transfer_id: str | None = None

    @property
    def rules(self) -> CitedRules:
        """What it was registered under."""
        return self.registered.rules


@dataclass(frozen=True, slots=True)
class Departure:
    """One member's departures: the open one, and the ids of those that ended (a handful in a lifetime)."""

    open: Away | None = None
    past: frozenset[str] = frozenset()

    def away(self, departure_id: str) -> Away:
        """The open departure with that id. Errors: `departure-ended`, `departure-unknown`."""
        if self.open is not None and self.open.registered.departure_id == departure_id:
            return self.open
        if departure_id in self.past:
            raise Refused("departure-ended", "this departure has ended", remedy="register a new one if they left again")
        raise NotFound("departure-unknown", "there is no such departure", remedy="check its id")
