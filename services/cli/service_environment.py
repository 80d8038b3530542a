"""The environment of a service's process: all it needs, nothing of another's, secrets as files where that is possible."""

import os
from collections.abc import Sequence
from pathlib import Path

import shared
from services.cli.catalogue import ServiceEntry
from services.cli.service_databases import address, with_password
from services.cli.stack_files import StackFiles
from shared.embedded.stack import EmbeddedStack
from shared.security.broker import OPERATOR
from shared.security.database_roles import KEYRING, keyring_role_of, owner_of, role_of
from shared.security.development_issuer import AUDIENCE
from shared.security.token_names import DEVELOPMENT_ISSUER

PROJECT = Path(shared.__file__ or "").parents[1]
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONPATH", "SSL_CERT_FILE", "VIRTUAL_ENV")
_OTHERS = ("_DATABASE_URL", "_MIGRATE_URL")
_KEYRING = ("YANZHEN_KEYRING_", "YANZHEN_KEK", "YANZHEN_INDEX_KEY")
_KEYS = {"YANZHEN_KEK": "kek", "YANZHEN_INDEX_KEY": "index"}


def service_environment(
    service: ServiceEntry, files: StackFiles, stack: EmbeddedStack, port: int, notify: bool
) -> dict[str, str]:
    """Database addresses hold passwords, so they travel here and never in a command line. `notify`: it sends messages,
    and is told where the providers are.

    What the user has set under `YANZHEN_` or `OTEL_` goes along; what this installation decides overrides it.
    """
    environment = {k: v for k, v in os.environ.items() if k in _PASSED_ON or k.startswith(("YANZHEN_", "OTEL_"))}
    for name in list(environment):
        if name.endswith(_OTHERS) or (name.startswith(_KEYRING) and not service.keyring):
            del environment[name]  # the owners' and each other's addresses, keys that this service has no use for
    for variable, name in _KEYS.items() if service.keyring else ():
        if not (environment.get(variable) or environment.get(f"{variable}_FILE")):
            environment[f"{variable}_FILE"] = str(files.key_file(name))
    environment |= {
        "PYTHONPATH": os.pathsep.join(filter(None, (str(PROJECT), environment.get("PYTHONPATH")))),
        "PYTHONUNBUFFERED": "1",
        "YANZHEN_DATABASE_URL": database_url(files, stack, service.name),
        "YANZHEN_NATS_URL": stack.nats_url,
        "YANZHEN_NATS_SEED_FILE": str(files.seed(service.name)),
        "YANZHEN_HTTP_PORT": str(port),
        "YANZHEN_DEVELOPMENT": "1",
    }
    # Hot statements have kept connections of their own (ADR 30); what is left needs few, and each costs PostgreSQL 2 MB.
    environment.setdefault("YANZHEN_POOL_SIZE", "2")
    if not environment.get("YANZHEN_OIDC_ISSUER"):
        environment |= {
            "YANZHEN_OIDC_ISSUER": DEVELOPMENT_ISSUER,
            "YANZHEN_OIDC_AUDIENCE": AUDIENCE,
            "YANZHEN_OIDC_JWKS_FILE": str(files.issuer().jwks_file),
        }
    if service.keyring:
        environment["YANZHEN_KEYRING_URL"] = database_url(files, stack, KEYRING, keyring_role_of(service.name))
    environment.setdefault("YANZHEN_WATCHED_DIRECTORY", str(files.path))
    if notify:
        environment.setdefault("YANZHEN_SMTP_HOST", stack.smtp_host)
        environment.setdefault("YANZHEN_SMTP_PORT", str(stack.smtp_port))
        environment.setdefault("YANZHEN_SMS_URL", stack.sms_url)
    return environment


def migration_environment(services: Sequence[ServiceEntry], files: StackFiles, stack: EmbeddedStack) -> dict[str, str]:
    """For the short-lived process that migrates: the owners' addresses, which no service is ever given."""
    environment = {k: v for k, v in os.environ.items() if k in _PASSED_ON}
    environment |= {
        "PYTHONPATH": os.pathsep.join(filter(None, (str(PROJECT), environment.get("PYTHONPATH")))),
        "YANZHEN_NATS_URL": stack.nats_url,
        "YANZHEN_NATS_SEED_FILE": str(files.seed(OPERATOR)),
    }
    for service in services:
        url = database_url(files, stack, service.name, owner_of(service.name))
        environment[migrate_variable(service.name)] = url
    return environment


def migrate_variable(service: str) -> str:
    """Where the migration of a service finds the address of its database, as its owner."""
    return f"YANZHEN_{service.upper()}_MIGRATE_URL"


def database_url(files: StackFiles, stack: EmbeddedStack, name: str, role: str | None = None) -> str:
    """Of a service or the keyring, with the password of the role: that which works there, unless another is named."""
    role = role or role_of(name)
    return with_password(address(stack.admin_url, name, role), files.password(role))
