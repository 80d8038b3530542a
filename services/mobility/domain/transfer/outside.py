"""非建库: a committee that is not in our tree. It answers on paper, and the source enters what it answered."""

from pydantic import BaseModel, ConfigDict, Field


class OutsideCommittee(BaseModel):
    """Where the member goes. `name` is the committee's in full, as it stands on the letter; both are public."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str = Field(min_length=2, max_length=100)
    area_code: str = Field(pattern=r"^[0-9]{6}$")
