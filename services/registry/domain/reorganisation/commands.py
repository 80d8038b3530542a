"""What can be asked of an order to hand over whole organisations."""

from datetime import date

from pydantic import Field

from services.registry.domain.vocabulary import Id, Reason
from shared.kernel.event import Command


class HandOver(Command):
    """Hand organisations to another superior on that day, with the reason that stands in the order. A day that is still to
    come is kept for the day; `today` is the day of the request.
    """

    reorganisation_id: Id
    organisation_ids: tuple[Id, ...] = Field(min_length=1)
    to_parent_id: Id
    ordered_by: Id
    reason: Reason
    on: date
    today: date


class FailHandover(Command):
    """The day has come and the order cannot be carried out as it stands."""

    code: str
    detail: str
    on: date


class RevokeHandover(Command):
    """It is not to be carried out after all."""

    revoked_by: Id
    reason: Reason
    on: date


class GiveReceipt(Command):
    """The new superior has the organisation and its papers."""

    organisation_id: Id
    given_by: Id
    on: date


ReorganisationCommand = HandOver | FailHandover | RevokeHandover | GiveReceipt
