"""The words of importing a list of units (大起底大排查, domain §4.2 Z02, §4.3 Y12-Y14)."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Source = Literal["market_regulation", "civil_affairs", "census"]
"""市场监管局、民政局的登记名单, or a census of our own."""

Became = Literal["new", "changed", "unchanged", "closed", "repeated", "older", "refused"]
"""What a row of the list came to. `repeated`: the same facts stand in an earlier row; `older`: newer facts are known."""

FindingKind = Literal["refused", "changed", "closed", "older", "unrouted", "not_listed"]


class Finding(BaseModel):
    """Something about one row that a person should see. `row` and `column` are as a spreadsheet shows them.

    What stood in the cell is never repeated: lists hold names and numbers of people in unexpected places.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    kind: FindingKind
    row: int | None = None
    column: str | None = None
    uscc: str | None = None
    code: str
    detail: str
    remedy: str = ""
