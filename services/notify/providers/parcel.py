"""A message with everything that is needed to send it."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.notify.domain.template import Rendered


@dataclass(frozen=True, slots=True)
class Parcel:
    """Address and words, in the clear. It lives in the memory of the sender for the length of a call, and nowhere else."""

    message_id: str
    address: str
    template: str
    variables: Mapping[str, str]
    rendered: Rendered

    def __repr__(self) -> str:
        return f"Parcel({self.message_id})"
