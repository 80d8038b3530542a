"""Databases and roles that a stack needs, created if they are missing."""

import base64
import hashlib
import hmac
import re
import secrets
import ssl

import asyncpg

from shared.kernel.errors import Invalid, Unavailable

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


async def ensure_database(admin_url: str, name: str, *, owner: str | None = None) -> bool:
    """Create the database unless it exists; True if it was created.

    Safe to run from several processes at once. Raises `Invalid` (`database-name`) or `Unavailable`
    (`database-unreachable`).
    """
    _check(name)
    clause = "" if owner is None else f" OWNER {_check(owner)}"
    connection = await _connect(admin_url)
    try:
        if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            return False
        await connection.execute(f"CREATE DATABASE {name}{clause}")
    except (asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
        return False  # somebody else created it between our question and our answer
    finally:
        await connection.close()
    return True


async def ensure_role(admin_url: str, name: str, password: str) -> bool:
    """Create a login role, or give an existing one that password; True if it was created.

    The server is sent a SCRAM verifier made here, never the password: a failing statement is logged as it is written.
    Raises `Invalid` (`database-name`) or `Unavailable` (`database-unreachable`).
    """
    _check(name)
    connection = await _connect(admin_url)
    try:
        iterations = int(await connection.fetchval("SHOW scram_iterations"))
        verifier = scram_verifier(password, secrets.token_bytes(16), iterations)
        created = False
        if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name):
            try:
                await connection.execute(f"CREATE ROLE {name} LOGIN")
                created = True
            except (asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
                created = False  # somebody else was faster; the password is set below all the same
        await connection.execute(f"ALTER ROLE {name} LOGIN PASSWORD '{verifier}'")
    finally:
        await connection.close()
    return created


def scram_verifier(password: str, salt: bytes, iterations: int) -> str:
    """What PostgreSQL stores for a password (RFC 5803 form). ASCII passwords only: no SASLprep is applied."""
    if not password.isascii() or not password:
        raise Invalid("database-password", "a database password is not empty and all ASCII", remedy="generate one")
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    parts = (base64.b64encode(part).decode() for part in (salt, stored, server))
    return "SCRAM-SHA-256${}:{}${}:{}".format(iterations, *parts)


def _check(name: str) -> str:
    """The name, proven harmless: it goes into statements that take no parameters."""
    if not _NAME.fullmatch(name):
        raise Invalid(
            "database-name",
            f"{name!r} is not a plain database or role name",
            remedy="use lower-case letters, digits and underscores, at most 63, beginning with a letter",
        )
    return name


async def _connect(url: str) -> asyncpg.Connection:
    try:
        return await asyncpg.connect(url, timeout=10)
    except ssl.SSLError as error:
        raise Unavailable(
            "database-not-trusted",
            f"the database server is not the one that is vouched for ({error.reason})",
            remedy="look at `sslmode` and `sslrootcert` in its URL, and at the server's certificate",
        ) from error
    except (OSError, asyncpg.CannotConnectNowError) as error:
        raise Unavailable(
            "database-unreachable", "the database server does not answer", remedy="start it, then try again"
        ) from error
