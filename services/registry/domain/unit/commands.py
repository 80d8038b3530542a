"""What can be asked of a unit (两新组织). `on` is the day from which a fact holds; the day of the entry when left out."""

from datetime import date

from services.registry.domain.unit.facts import UnitFacts
from services.registry.domain.vocabulary import FormationMode, Id, Name, Reason, UnitKind
from shared.kernel.event import Command
from shared.kernel.identifiers.area_code import AreaCode
from shared.kernel.identifiers.uscc import Uscc


class FactsCommand(UnitFacts, Command):
    """A command that brings facts."""

    model_config = Command.model_config

    uscc: Uscc
    on: date | None = None


class RegisterUnit(FactsCommand):
    """Enter a unit."""

    name: Name
    kind: UnitKind
    area_code: AreaCode


class ChangeUnit(FactsCommand):
    """Correct facts of a unit; what is left out stays as it is."""


class ReportUnitChange(FactsCommand):
    """Take over what an outside register (市场监管、民政) says: enters the unit when unknown, else changes it."""


class SurveyUnit(FactsCommand):
    """Record what a visit or a return found out (摸底), and who asked."""

    on: date
    surveyed_by: Id


class CloseUnit(Command):
    """Record that a unit ceased to operate (注销、吊销) on that day."""

    uscc: Uscc
    closed_on: date
    reason: Reason


class CoverUnit(Command):
    """A party organisation covers the unit from that day on, formed in that way (组织覆盖)."""

    uscc: Uscc
    organisation_id: Id
    mode: FormationMode
    on: date


class EndCover(Command):
    """The organisation covers the unit no longer: that day is the first without it."""

    uscc: Uscc
    organisation_id: Id
    on: date
    reason: Reason


UnitCommand = RegisterUnit | ChangeUnit | CloseUnit | ReportUnitChange | SurveyUnit | CoverUnit | EndCover
