"""What every public event has: a name that never changes, a partition key, and a class of data.

The published language is the only thing services share. It is made of facts in the past tense, each a small pydantic
model; unknown fields of a newer writer are ignored, so an additive optional field is not a new version.
"""

import re
import zlib
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

PARTITIONS = 8
"""Partitions per stream. A power of two that outlives growth: changing it would re-deal the keys, and order with it."""

DataClass = Literal["public", "personal"]

_registry: dict[str, type["PublicEvent"]] = {}


def partition_of(key: str) -> int:
    """The partition of a key: CRC-32 modulo 8. Not Python's `hash`, which differs from process to process."""
    return zlib.crc32(key.encode()) % PARTITIONS


def kebab(name: str) -> str:
    """`TransferAccepted` → `transfer-accepted`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


class PublicEvent(BaseModel):
    """Base of the events that cross services.

    A subclass names its aggregate, the field its order is kept by (`key`) and the field that identifies its subject:

        class TransferAccepted(MobilityEvent, aggregate="transfer", key="member_id", subject="transfer_id"): ...
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    service: ClassVar[str] = ""
    aggregate: ClassVar[str] = ""
    event_name: ClassVar[str] = ""
    version: ClassVar[int] = 1
    key_field: ClassVar[str] = ""
    subject_field: ClassVar[str] = ""
    data_class: ClassVar[DataClass] = "public"
    ce_type: ClassVar[str] = ""
    subject_prefix: ClassVar[str] = ""

    def __init_subclass__(cls, **_: Any) -> None:
        # Python wants the keywords accepted here; pydantic hands them to the hook below once the fields are known.
        super().__init_subclass__()

    @classmethod
    def __pydantic_init_subclass__(
        cls,
        *,
        service: str | None = None,
        aggregate: str | None = None,
        key: str | None = None,
        subject: str | None = None,
        version: int = 1,
        data_class: DataClass = "public",
        **kwargs: Any,
    ) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if service:
            cls.service = service
        if not aggregate:
            return  # an intermediate base such as MobilityEvent
        if not key or key not in cls.model_fields or (subject or key) not in cls.model_fields:
            raise TypeError(f"{cls.__name__} needs key= and subject= that name fields of its own")
        cls.aggregate, cls.version, cls.data_class = aggregate, version, data_class
        cls.key_field, cls.subject_field = key, subject or key
        cls.event_name = kebab(cls.__name__)
        cls.ce_type = f"yanzhen.{cls.service}.{cls.event_name}.v{version}"
        cls.subject_prefix = f"{cls.service}.evt.{aggregate}.{cls.event_name}.v{version}"
        if _registry.setdefault(cls.ce_type, cls) is not cls:
            raise TypeError(f"two models claim {cls.ce_type}")

    @property
    def partition_key(self) -> str:
        """Facts with the same key reach every consumer in the order in which they happened."""
        return str(getattr(self, self.key_field))

    @property
    def subject_id(self) -> str:
        """What the event is about (the CloudEvents `subject`)."""
        return str(getattr(self, self.subject_field))

    def nats_subject(self) -> str:
        """Where it is published; carries a partition, never an identifier or a name."""
        return f"{self.subject_prefix}.p{partition_of(self.partition_key):02d}"


def event_class(ce_type: str) -> type[PublicEvent] | None:
    """The model of a type name, or None when this release does not know it."""
    return _registry.get(ce_type)


def all_events(service: str | None = None) -> list[type[PublicEvent]]:
    """Every public event, in order of its name; of one service when given."""
    return [_registry[name] for name in sorted(_registry) if service in (None, _registry[name].service)]
