"""Which fields of a model are personal: read from the `Personal` marker, for scans that prove none is stored clear."""

import typing
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from shared.kernel.sealed import Personal, PersonalKind, Sealed


@dataclass(frozen=True, slots=True)
class PersonalField:
    """A personal field of a model. `path` is where it sits in the JSON, `*` standing for any index or key."""

    path: str
    kind: PersonalKind | None
    sealed: bool

    @property
    def sound(self) -> bool:
        """Marked and sealed. A marked field of plain text leaks; a sealed one without a mark escapes the scans."""
        return self.kind is not None and self.sealed


def personal_fields(model: type[BaseModel]) -> list[PersonalField]:
    """Every field that is marked `Personal` or typed `Sealed`, at any depth: nested models, lists, dicts, unions."""
    return list(dict.fromkeys(_of_model(model, "", frozenset())))


def _of_model(model: type[BaseModel], path: str, above: frozenset[type]) -> Iterator[PersonalField]:
    if model in above:  # a model that contains itself
        return
    for name, info in model.model_fields.items():
        kind = _marked(info.metadata)
        # The name in the JSON, which is where a scan looks.
        alias = info.serialization_alias or info.alias or name
        yield from _of_type(info.annotation, kind, f"{path}/{alias}", above | {model})


def _of_type(annotation: Any, kind: PersonalKind | None, path: str, above: frozenset[type]) -> Iterator[PersonalField]:
    annotation = getattr(annotation, "__value__", annotation)  # an alias made by `type X = …`
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        yield from _of_type(arguments[0], _marked(arguments[1:]) or kind, path, above)
    elif arguments and origin is not typing.Literal:
        # A mark on a list speaks for its items; on an optional field for what is there when it is.
        inner = path if origin in {typing.Union, type(int | str)} else f"{path}/*"
        for argument in arguments:
            if argument is not type(None) and argument is not Ellipsis:
                yield from _of_type(argument, kind, inner, above)
    elif annotation is Sealed:
        yield PersonalField(path, kind, sealed=True)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if kind is not None:
            yield PersonalField(path, kind, sealed=False)
        yield from _of_model(annotation, path, above)
    elif kind is not None:
        yield PersonalField(path, kind, sealed=False)


def _marked(metadata: typing.Iterable[Any]) -> PersonalKind | None:
    return next((item.kind for item in metadata if isinstance(item, Personal)), None)
