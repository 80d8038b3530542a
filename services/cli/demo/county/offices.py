"""The party organisations of one territory, each with its key and its addresses."""

from dataclasses import dataclass

from services.cli.demo.county.draw import Draw
from services.cli.demo.county.model import PartyOrganisation, PartyOrganisationKind, Unit

_MAY_APPROVE = frozenset({PartyOrganisationKind.WORKING_COMMITTEE, PartyOrganisationKind.COMMITTEE})


@dataclass(frozen=True, slots=True)
class Offices:
    """How the offices of one territory are named and reached."""

    draw: Draw
    territory: str
    """Its area code, which all keys begin with."""
    email_domain: str
    """Under the reserved `.example`."""
    dialling_code: str

    def top(self, area_code: str, name: str) -> PartyOrganisation:
        """党工委 at the top of the territory's tree."""
        return self._organisation("w", name, PartyOrganisationKind.WORKING_COMMITTEE, None, area_code)

    def working_committee(self, parent: PartyOrganisation, number: int, area_code: str, name: str) -> PartyOrganisation:
        """党工委 of a county under that of the city."""
        return self._organisation(f"w{number}", name, PartyOrganisationKind.WORKING_COMMITTEE, parent.key, area_code)

    def committee(self, parent: PartyOrganisation, number: int, name: str) -> PartyOrganisation:
        """党委 of a street, township or park."""
        return self._organisation(f"c{number:02d}", name, PartyOrganisationKind.COMMITTEE, parent.key, parent.area_code)

    def unit_branch(self, parent: PartyOrganisation, number: int, unit: Unit) -> PartyOrganisation:
        """单独组建: the branch of a single unit."""
        key = _below(parent, number)
        name = f"中共{unit.name}支部"
        return self._organisation(key, name, PartyOrganisationKind.BRANCH, parent.key, parent.area_code, unit.uscc)

    def named_branch(
        self, parent: PartyOrganisation, number: int, name: str, kind: PartyOrganisationKind
    ) -> PartyOrganisation:
        """A branch of no single unit: of a village, of several units, or of mobile members."""
        return self._organisation(_below(parent, number), f"中共{name}", kind, parent.key, parent.area_code)

    def _organisation(
        self,
        key: str,
        name: str,
        kind: PartyOrganisationKind,
        parent_key: str | None,
        area_code: str,
        unit_uscc: str | None = None,
    ) -> PartyOrganisation:
        return PartyOrganisation(
            key=f"{self.territory}-{key}",
            name=name,
            kind=kind,
            parent_key=parent_key,
            area_code=area_code,
            can_approve_probationary=kind in _MAY_APPROVE,
            unit_uscc=unit_uscc,
            office_email=f"{key}@{self.email_domain}",
            office_phone=self.draw.landline(self.dialling_code),
        )


def _below(parent: PartyOrganisation, number: int) -> str:
    """`c03-b07`: the seventh branch of the third committee."""
    return f"{parent.key.split('-', 1)[1]}-b{number:02d}"
