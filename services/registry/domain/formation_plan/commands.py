"""What can be asked of the formation plan of a unit (一企一对策, domain §4.3 Y16)."""

from datetime import date

from pydantic import AwareDatetime

from services.registry.domain.vocabulary import FormationMode, Id, Reason
from shared.kernel.event import Command
from shared.kernel.identifiers.uscc import Uscc


class AdoptPlan(Command):
    """Say when an organisation is to be formed for the unit, in which way, by when it is done, and whom to ask.

    Said again with other facts it takes the place of what was planned before. `today` is the day of the decision.
    """

    uscc: Uscc
    mode: FormationMode
    start_on: date
    due_on: date
    contact_person_id: Id
    responsible_id: Id
    today: date


class AbandonPlan(Command):
    """Give it up, with the reason that will stand in the ledger."""

    uscc: Uscc
    responsible_id: Id
    reason: Reason


class FulfilPlan(Command):
    """An organisation covers the unit since that day."""

    uscc: Uscc
    organisation_id: Id
    mode: FormationMode
    on: date


class CallOverdue(Command):
    """The day has passed."""

    uscc: Uscc
    at: AwareDatetime


PlanCommand = AdoptPlan | AbandonPlan | FulfilPlan | CallOverdue
