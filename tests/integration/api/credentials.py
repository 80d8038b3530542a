"""Who the generated requests come from: the one place where a token is added to them."""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from services.cli.launcher import LocalInstallation
from shared.security.actor import Actor, Assignment, Role
from shared.security.development_issuer import DevelopmentIssuer

Caller = Callable[[LocalInstallation, str], Mapping[str, str]]
"""Headers, given the installation and the organisation at the top of its tree."""


def _office(top: str) -> Actor:
    roles = (Assignment(Role.CITY_DEPARTMENT, top), Assignment(Role.OPERATOR), Assignment(Role.PROVIDER))
    return Actor("fuzz", roles)


def _bearer(token: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _forged(_: LocalInstallation, top: str) -> Mapping[str, str]:
    with tempfile.TemporaryDirectory() as directory:
        return _bearer(DevelopmentIssuer(Path(directory)).token(_office(top)))


CALLERS: Final[Mapping[str, Caller]] = {
    "the city's department": lambda installation, top: _bearer(installation.issuer().token(_office(top))),
    "refused: a token for somebody else's door": lambda installation, top: _bearer(
        installation.issuer().token(_office(top), audience="elsewhere")
    ),
    "refused: a token signed by another key": _forged,
    "refused: no token": lambda _, __: {},
}
"""Every caller asks every operation. One whose name begins with `refused` must get nothing but 401 or 403."""


def must_be_refused(caller: str) -> bool:
    """Whether no operation may answer it with anything but 401 or 403."""
    return caller.startswith("refused")
