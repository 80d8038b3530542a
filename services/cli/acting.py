"""Who acts at the terminal. Outside development only a token of the identity provider says so, as at the services' doors.

Whoever holds the databases' passwords could do without this command; that is what passwords are for. What this gives is
that nobody is on record as somebody else.
"""

import getpass
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from services.cli.stack_files import StackFiles
from shared.kernel.errors import Forbidden, Invalid, Unauthenticated
from shared.runtime.identity import verifier_of
from shared.runtime.secret_settings import secret
from shared.runtime.settings import ServiceSettings, read_settings
from shared.security.actor import Actor
from shared.security.development_issuer import AUDIENCE
from shared.security.key_set import KeySet, from_file
from shared.security.policy import eligible
from shared.security.token_names import DEVELOPMENT_ISSUER
from shared.security.tokens import TokenVerifier

ACTOR_VARIABLE: Final = "YANZHEN_ACTOR"
TOKEN_VARIABLE: Final = "YANZHEN_TOKEN"  # noqa: S105 - its name
ACTION: Final = "installation.operate"


class _Settings(ServiceSettings):
    """Those about identity; a command finds its databases otherwise."""

    database_url: str = ""


async def acting(data_dir: Path, named: str | None = None, environment: Mapping[str, str] | None = None) -> str:
    """The id of whoever acts.

    With a token (`YANZHEN_TOKEN`, or a file by `YANZHEN_TOKEN_FILE`; never an option, which everybody on the machine could
    read) it is the token's subject. Without one, in development only: as named, else `YANZHEN_ACTOR`, else the user of the
    machine. Raises `Unauthenticated` (`token-needed`, and those of a token that cannot be believed), `Forbidden`
    (`not-an-operator`), `Invalid` (`bad-actor`, `another-actor`, and those of settings), `Unavailable` without keys.
    """
    environment = os.environ if environment is None else environment
    named = named or environment.get(ACTOR_VARIABLE)
    settings = read_settings(_Settings)
    token = secret(TOKEN_VARIABLE, environment)
    if not token:
        if not _is_development(settings, environment):
            raise Unauthenticated(
                "token-needed",
                "outside development a token says who acts, and there is none",
                remedy=f"set {TOKEN_VARIABLE}, or {TOKEN_VARIABLE}_FILE, to one of the identity provider's for an operator",
            )
        return _an_id(named or f"cli:{getpass.getuser()}")
    actor = await _verifier(settings, data_dir).verify(token.strip())
    _check(actor, named)
    return actor.id


def _is_development(settings: ServiceSettings, environment: Mapping[str, str]) -> bool:
    """As it says itself; or what `yanzhen up` runs, which is never anything else."""
    return settings.development or not (settings.oidc_issuer or environment.get("YANZHEN_NATS_URL"))


def _verifier(settings: ServiceSettings, data_dir: Path) -> TokenVerifier:
    if settings.oidc_issuer:
        return verifier_of(settings)
    keys = StackFiles(data_dir).credentials / "identity" / "jwks.json"
    return TokenVerifier(KeySet(from_file(keys)), issuer=DEVELOPMENT_ISSUER, audience=AUDIENCE, development=True)


def _check(actor: Actor, named: str | None) -> None:
    if not eligible(ACTION, actor):
        raise Forbidden(
            "not-an-operator",
            f"none of the token's roles may do this ({ACTION})",
            remedy="ask an operator; docs/permissions.md lists who may",
        )
    if named is not None and named != actor.id:
        raise Invalid(
            "another-actor",
            f"--by (or {ACTOR_VARIABLE}) names another than the token",
            remedy="leave it out: the token says who acts",
            where="--by",
        )


def _an_id(actor: str) -> str:
    if len(actor) > 128 or any(not "!" <= character <= "~" for character in actor):
        raise Invalid(
            "bad-actor", "who acts is an id of visible ASCII, at most 128 long", remedy="give your id, no name"
        )
    return actor
