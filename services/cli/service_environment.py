"""The environment of a service's process: all it needs, nothing of another's, secrets as files where that is possible."""

import os
from pathlib import Path

import shared
from services.cli.catalogue import ServiceEntry
from services.cli.service_databases import KEYRING, address, role_of, with_password
from services.cli.stack_files import StackFiles
from shared.embedded.stack import EmbeddedStack
from shared.security.development_issuer import AUDIENCE
from shared.security.tokens import DEVELOPMENT_ISSUER

PROJECT = Path(shared.__file__ or "").parents[1]
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONPATH", "SSL_CERT_FILE", "VIRTUAL_ENV")
_KEYS = {"YANZHEN_KEK": "kek", "YANZHEN_INDEX_KEY": "index"}


def service_environment(
    service: ServiceEntry, files: StackFiles, stack: EmbeddedStack, port: int, notify: bool
) -> dict[str, str]:
    """Database addresses hold passwords, so they travel here and never in a command line. `notify`: it sends messages,
    and is told where the providers are.

    What the user has set under `YANZHEN_` or `OTEL_` goes along; what this installation decides overrides it.
    """
    environment = {k: v for k, v in os.environ.items() if k in _PASSED_ON or k.startswith(("YANZHEN_", "OTEL_"))}
    for variable, name in _KEYS.items():
        if not service.keyring:
            for one in (variable, f"{variable}_FILE"):
                environment.pop(one, None)
        elif not (environment.get(variable) or environment.get(f"{variable}_FILE")):
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
    if not environment.get("YANZHEN_OIDC_ISSUER"):
        environment |= {
            "YANZHEN_OIDC_ISSUER": DEVELOPMENT_ISSUER,
            "YANZHEN_OIDC_AUDIENCE": AUDIENCE,
            "YANZHEN_OIDC_JWKS_FILE": str(files.issuer().jwks_file),
        }
    environment.pop("YANZHEN_KEYRING_URL", None)
    if service.keyring:
        environment["YANZHEN_KEYRING_URL"] = database_url(files, stack, KEYRING)
    if notify:
        environment.setdefault("YANZHEN_SMTP_HOST", stack.smtp_host)
        environment.setdefault("YANZHEN_SMTP_PORT", str(stack.smtp_port))
        environment.setdefault("YANZHEN_SMS_URL", stack.sms_url)
    return environment


def database_url(files: StackFiles, stack: EmbeddedStack, name: str) -> str:
    """Of a service or the keyring, with the password of its own role."""
    return with_password(address(stack.admin_url, name), files.password(role_of(name)))
