"""What can be asked of a place."""

from datetime import date
from typing import Annotated

from pydantic import Field

from services.registry.domain.vocabulary import Governance, Id, Name, PlaceKind, PlatformStep, Reason
from shared.kernel.event import Command
from shared.kernel.identifiers.area_code import AreaCode

Form = Annotated[str, Field(min_length=1, max_length=40)]


class OpenPlace(Command):
    """Open it, below the organisation that answers for it, perhaps at a station."""

    place_id: Id
    kind: PlaceKind
    form: Form
    name: Name
    area_code: AreaCode
    organisation_id: Id
    station_id: Id | None = None
    governance: Governance | None = None
    opened_on: date


class ChangePlace(Command):
    """Change what is given; the rest stays as it is."""

    name: Name | None = None
    governance: Governance | None = None


class ReachStep(Command):
    """The next of its steps is done."""

    step: PlatformStep
    reached_on: date


class ClosePlace(Command):
    """It is no more."""

    closed_on: date
    reason: Reason


PlaceCommand = OpenPlace | ChangePlace | ReachStep | ClosePlace
