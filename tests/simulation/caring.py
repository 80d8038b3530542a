"""三方共管 as people live it: contacts, duties, the lead handed over, another person, the card of who is away."""

from typing import Any, Final

from services.mobility.application import cards
from services.mobility.domain.card.decider import EndCard, EnterCard, ReviewCard
from services.mobility.domain.care.commands import CompleteDuty, HandLead, LogContact, NameParty
from services.mobility.domain.care.decider import CARE
from services.mobility.domain.care.state import Care
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date
from shared.kernel.ids import derived_id
from tests.simulation.clerk import Clerk
from tests.support.sealed_words import sealed_words

_ROLES: Final = ("origin", "station", "destination")
_OF_OTHER_ACTS: Final = ("verify", "correct_registration", "confirm_membership", "card_review")
"""Duties that nobody may tick off: the act itself does them."""


class Caring:
    """What the parties of one care do."""

    def __init__(self, clerk: Clerk, care_id: str) -> None:
        self.clerk = clerk
        self.rng = clerk.rng
        self.care_id = care_id
        self._cards = 0

    def act(self, row: dict[str, Any]) -> Any:
        """One thing out of what may be done for that member today; `row` is the departure's."""
        drawn = self.rng.random()
        if drawn < 0.3:
            return self._on_the_card(row)
        if drawn < 0.45:
            return self._contact()
        if drawn < 0.65:
            return self._duty()
        if drawn < 0.8:
            return self._name(row)
        return self._hand(row)

    def _do(self, what: str, make: Any) -> Any:
        async def job(unit: UnitOfWork) -> Any:
            unit.cause = unit.cause.with_correlation(self.care_id)
            care: Care = await unit.state(CARE, self.care_id)
            command = make(care, unit.clock.now())
            if command is not None:
                await unit.handle(CARE, self.care_id, command)
            return {"care_id": self.care_id}

        return self.clerk.ask("mobility", what, job, self.care_id)

    def _contact(self) -> Any:
        contact = derived_id("contact", self.care_id, str(self.rng.getrandbits(32)))
        role: Any = self.rng.choice(_ROLES)
        kind: Any = self.rng.choice(("contact", "talk", "yearly_report"))
        return self._do("contact", lambda care, now: LogContact(
            contact_id=contact, role=role, kind=kind, way="call", logged_by="someone", contacted_at=now,
        ))  # fmt: skip

    def _duty(self) -> Any:
        drawn = self.rng.random()

        def done(care: Care, now: Any) -> CompleteDuty | None:
            names = sorted(name for name, duty in care.duties.items() if duty.kind not in _OF_OTHER_ACTS)
            if not names:
                return None
            return CompleteDuty(
                duty_id=names[int(drawn * len(names))], done_by="someone", text=sealed_words("已办"), done_at=now
            )

        return self._do("duty", done)

    def _name(self, row: dict[str, Any]) -> Any:
        role: Any = self.rng.choice(_ROLES)
        person = self.rng.choice(self.clerk.world.movable)

        def named(care: Care, now: Any) -> NameParty | None:
            party = care.parties.get(role)
            if party is None:
                return None
            return NameParty(role=role, party=party.model_copy(update={"person_id": person}), named_at=now)

        return self._do("name", named)

    def _hand(self, row: dict[str, Any]) -> Any:
        role: Any = self.rng.choice(_ROLES)
        by = str(row["origin_committee_id"])
        hand = self._do("hand over", lambda care, now: HandLead(
            to_role=role, text=sealed_words("协商"), handed_by=by, handed_at=now,
        ))  # fmt: skip
        return self.clerk.at_once(hand, self._name(row)) if self.rng.random() < 0.3 else hand

    # -- 《流动党员活动证》 ---------------------------------------------------------------------------------------

    def _on_the_card(self, row: dict[str, Any]) -> Any:
        drawn = self.rng.random()
        if self._cards == 0 or drawn < 0.2:
            return self._issue(row)
        by = str(row["origin_branch_id"])

        def command(now: Any) -> Any:
            if drawn < 0.5:
                entry = derived_id("entry", self._card(), str(drawn))
                month = f"{now:%Y-%m}"
                return EnterCard(entry_id=entry, kind="dues", month=month, entered_by=by, entered_at=now)
            if drawn < 0.85:
                year = local_date(now).year
                return ReviewCard(year=year, passed=True, reviewed_by=by, reviewed_at=now)
            return EndCard(reason="lost", ended_by=by, ended_at=now)

        card_id = self._card()

        async def job(unit: UnitOfWork) -> Any:
            await cards.step(unit, card_id, command(unit.clock.now()), by, None)
            return {"card_id": card_id}

        return self.clerk.ask("mobility", "card", job, card_id)

    def _issue(self, row: dict[str, Any]) -> Any:
        self._cards += 1
        card_id, member, by = self._card(), str(row["member_id"]), str(row["origin_branch_id"])

        async def job(unit: UnitOfWork) -> Any:
            await cards.issue(unit, card_id, member, by)
            return {"card_id": card_id}

        return self.clerk.ask("mobility", "issue", job, card_id)

    def _card(self) -> str:
        return derived_id("card", self.care_id, str(self._cards))
