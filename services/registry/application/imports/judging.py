"""What the rows of one part of a list come to: commands to the units, and what a person has to look at."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.registry.application import closing_units
from services.registry.application.imports.columns import Columns
from services.registry.application.imports.routing import Routing
from services.registry.application.imports.rows import Listed, Wrong, read_row
from services.registry.application.imports.twice import Listing
from services.registry.domain.listing.terms import Became, Finding, FindingKind, Source
from services.registry.domain.unit.commands import CloseUnit, ReportUnitChange, UnitCommand
from services.registry.domain.unit.decider import UNIT
from services.registry.domain.unit.events import UnitChanged, UnitClosed, UnitRegistered
from services.registry.domain.unit.facts import FACTS
from services.registry.domain.vocabulary import JurisdictionBasis
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import YanzhenError
from shared.kernel.event import DomainEvent
from shared.kernel.identifiers.area_code import AreaCode

Cells = tuple[int, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """How a list is to be read."""

    list_id: str
    source: Source
    list_date: date
    basis: JurisdictionBasis
    area_code: AreaCode


@dataclass(slots=True)
class Part:
    """What became of some rows."""

    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    added: list[str] = field(default_factory=list)

    def note(self, became: Became) -> None:
        self.counts[became] += 1


class Judge:
    """Judges the rows of one list. It knows the list as a whole: which codes stand in it twice."""

    def __init__(self, asked: Asked, columns: Columns, listing: Listing, routing: Routing) -> None:
        self._asked = asked
        self._columns = columns
        self._listing = listing
        self._routing = routing

    async def judge(self, unit: UnitOfWork, rows: Sequence[Cells]) -> Part:
        """Decide every row. A row is taken over whole or not at all, and none stops the others."""
        part = Part()
        read: list[tuple[int, Listed]] = []
        for number, cells in rows:
            found = read_row(cells, self._asked.source, self._asked.area_code)
            if isinstance(found, list):
                part.note("refused")
                part.findings += (self._wrong(number, cells, one) for one in found)
            elif self._is_first(part, number, found.uscc):
                read.append((number, found))
        await unit.prefetch((UNIT, listed.uscc) for _, listed in read)
        for number, listed in read:
            command = self._command(part, number, listed)
            try:
                if isinstance(command, CloseUnit):
                    events = await closing_units.close(unit, command)
                else:
                    events = await unit.handle(UNIT, listed.uscc, command)
            except YanzhenError as error:
                part.note("older" if error.code == "unit-backdated" else "refused")
                kind: FindingKind = "older" if error.code == "unit-backdated" else "refused"
                part.findings.append(self._finding(kind, number, listed.uscc, error.code, error.detail, error.remedy))
            else:
                self._became(part, number, listed.uscc, events)
        return part

    def not_listed(self, usccs: Sequence[str]) -> Iterator[Finding]:
        """Units of ours that the list, which should name all, does not."""
        said = "the unit is registered here and not in the list"
        return (
            Finding(kind="not_listed", uscc=one, code="not-listed", detail=said, remedy="find out whether it still is")
            for one in usccs
            if not self._listing.holds(one)
        )

    def _is_first(self, part: Part, number: int, uscc: str) -> bool:
        rows = self._listing.twice.get(uscc)
        if rows is None:
            return True
        fields = self._listing.differing.get(uscc)
        if fields:
            others = ", ".join(str(one) for one in rows if one != number)
            columns = ", ".join(self._columns.shown(one) for one in fields)
            said = f"the unit stands in row {others} as well, with other facts: {columns}"
            fix = "find out which row is right and delete the others"
            part.note("refused")
            part.findings.append(self._finding("refused", number, uscc, "listed-twice", said, fix, fields[0]))
            return False
        if number != rows[0]:
            part.note("repeated")
            return False
        return True

    def _command(self, part: Part, number: int, listed: Listed) -> UnitCommand:
        asked = self._asked
        if listed.closed:
            reason = f"{asked.source} {asked.list_date}"
            return CloseUnit(uscc=listed.uscc, closed_on=asked.list_date, reason=reason)
        facts = listed.facts | {"uscc": listed.uscc, "on": asked.list_date}
        if listed.route:
            falls_to = self._routing.to(listed.route)
            if falls_to is not None:
                facts |= {"responsible_id": falls_to, "jurisdiction_basis": asked.basis}
            else:
                said = f"no organisation of {asked.area_code}, or more than one, is meant by this"
                fix = "write the organisation's name or id as it stands here"
                part.findings.append(self._finding("unrouted", number, listed.uscc, "unrouted", said, fix, asked.basis))
        return ReportUnitChange(**facts)

    def _became(self, part: Part, number: int, uscc: str, events: Sequence[DomainEvent]) -> None:
        match list(events):
            case [UnitRegistered()]:
                part.note("new")
                part.added.append(uscc)
            case [UnitChanged() as event]:
                part.note("changed")
                names = ", ".join(name for name in FACTS if getattr(event, name) is not None)
                part.findings.append(self._finding("changed", number, uscc, "changed", names))
            case [*_, UnitClosed()]:
                part.note("closed")
                part.findings.append(
                    self._finding("closed", number, uscc, "closed", "the list says that it is no more")
                )
            case _:
                part.note("unchanged")

    def _wrong(self, number: int, cells: dict[str, str], wrong: Wrong) -> Finding:
        uscc = cells["uscc"] if wrong.field != "uscc" else None
        return self._finding("refused", number, uscc, wrong.code, wrong.detail, wrong.remedy, wrong.field)

    def _finding(
        self, kind: FindingKind, row: int, uscc: str | None, code: str, detail: str, remedy: str = "", field_: str = ""
    ) -> Finding:
        column = self._columns.shown(field_) if field_ else None
        return Finding(kind=kind, row=row, column=column, uscc=uscc, code=code, detail=detail, remedy=remedy)
