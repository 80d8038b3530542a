"""Finding a service by name, at run time: what is shared imports no service, and an image holds only one."""

import importlib
import re

from shared.kernel.errors import Invalid
from shared.runtime.definition import ServiceDefinition

_NAME = re.compile(r"[a-z][a-z0-9_]*")


def target_of(name: str) -> str:
    """Where a service's definition is, as `module:attribute`; one given that way already is left as it is.

    Raises `Invalid` (`unknown-service`) for what can be neither.
    """
    if ":" in name:
        return name
    if not _NAME.fullmatch(name):
        raise Invalid("unknown-service", f"there is no service {name!r}", remedy="name one, such as `registry`")
    return f"services.{name}.service:SERVICE"


def find_definition(name: str) -> ServiceDefinition:
    """Import a service, given its name or `module:attribute`.

    Raises `Invalid`: `unknown-service` when there is none of that name here, `service-missing` when it is here and cannot
    be imported.
    """
    target = target_of(name)
    module, _, attribute = target.partition(":")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ModuleNotFoundError, AttributeError) as error:
        if isinstance(error, ModuleNotFoundError) and f"{module}.".startswith(f"{error.name}."):
            raise Invalid(
                "unknown-service",
                f"there is no service {name!r} here",
                remedy="name one that is installed; an image holds one service only",
            ) from error
        raise Invalid(
            "service-missing",
            f"{target} cannot be imported ({error})",
            remedy="install the libraries of the service: its extra in pyproject.toml",
        ) from error
    if not isinstance(found, ServiceDefinition):
        raise Invalid("unknown-service", f"{target} is not a service", remedy="name a `ServiceDefinition`")
    return found
