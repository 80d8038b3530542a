"""What every way of wrapping keys must do; and what each of them does when things change under it."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.kernel.errors import Refused, Unavailable
from shared.privacy.choose_key_encryption import choose_key_encryption
from shared.privacy.command_key_encryption import CommandKeyEncryption
from shared.privacy.errors import KeyringDamaged
from shared.privacy.file_key_encryption import FileKeyEncryption
from shared.privacy.key_encryption import KeyEncryption, LocalKeyEncryption, WrappedKey
from shared.privacy.key_material import generate_key, key_id, parse_keys
from shared.privacy.keyring import PersonKey
from shared.privacy.keyring_schema import create_keyring_schema
from shared.privacy.postgres_keyring import PostgresKeyring

PROGRAM = Path(__file__).parent / "kms_program.py"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "kek.key"
    path.write_text(generate_key() + "\n")
    return path


@pytest.fixture(params=["local", "file", "command"])
def encryption(request: pytest.FixtureRequest, file: Path) -> KeyEncryption:
    if request.param == "command":
        return choose_key_encryption({"YANZHEN_KEK_COMMAND": f"{sys.executable} {PROGRAM} {file}"})
    if request.param == "file":
        return choose_key_encryption({"YANZHEN_KEK_FILE": str(file)})
    return choose_key_encryption({"YANZHEN_KEK": file.read_text()})


async def test_what_was_wrapped_comes_back_for_its_own_person_only(encryption: KeyEncryption) -> None:
    key = bytes(range(32))
    wrapped = await encryption.wrap("p1", key)

    assert wrapped.kek_id == await encryption.current()
    assert key not in wrapped.blob
    assert await encryption.unwrap("p1", wrapped) == key
    assert await asyncio.gather(*(encryption.unwrap("p1", wrapped) for _ in range(20))) == [key] * 20
    with pytest.raises(KeyringDamaged):
        await encryption.unwrap("p2", wrapped)
    with pytest.raises(KeyringDamaged):
        await encryption.unwrap("p1", WrappedKey(wrapped.kek_id, wrapped.blob[:-1] + b"\x00\x00"))
    with pytest.raises(Unavailable, match="kek-missing"):
        await encryption.unwrap("p1", WrappedKey("0" * 12, wrapped.blob))


async def test_a_new_first_line_wraps_at_once_and_the_old_one_still_unwraps(file: Path) -> None:
    encryption = FileKeyEncryption(file)
    wrapped, new = await encryption.wrap("p", bytes(32)), generate_key()
    await asyncio.to_thread(_prepend, file, new)

    assert (await encryption.wrap("p", bytes(32))).kek_id == next(iter(parse_keys(new, where="here")))
    assert await encryption.unwrap("p", wrapped) == bytes(32)
    os.unlink(file)  # being replaced by somebody less careful
    assert await encryption.unwrap("p", wrapped) == bytes(32)


def _prepend(file: Path, line: str) -> None:
    staged = file.with_suffix(".new")
    staged.write_text(f"{line}\n{file.read_text()}")
    staged.replace(file)


async def test_a_program_that_dies_is_started_again_and_one_that_talks_nonsense_is_not_believed(file: Path) -> None:
    encryption = CommandKeyEncryption(f"{sys.executable} {PROGRAM} {file}")
    wrapped = await encryption.wrap("p", bytes(32))
    assert encryption._process is not None
    encryption._process.kill()
    await encryption._process.wait()
    assert await encryption.unwrap("p", wrapped) == bytes(32)
    await encryption.close()
    for command in ("/nowhere/at-all", f"{sys.executable} -c print(1)", f"{sys.executable} -c 0"):
        with pytest.raises(Unavailable, match="kek-missing"):
            await CommandKeyEncryption(command).wrap("p", bytes(32))


async def test_a_version_is_given_up_only_when_no_key_needs_it_and_then_for_good(database_url: str) -> None:
    old, new = bytes(range(32)), bytes(range(32, 64))
    engine: AsyncEngine = create_async_engine(database_url)
    await create_keyring_schema(database_url.replace("+asyncpg", ""))
    before = PostgresKeyring(engine, LocalKeyEncryption({key_id(old): old}))
    after = PostgresKeyring(engine, LocalKeyEncryption({key_id(new): new, key_id(old): old}))
    await before.ensure([f"p{n}" for n in range(25)])

    with pytest.raises(Refused, match="25 persons' keys"):
        await after.retire(key_id(old))
    assert await after.rewrap(batch=10) == 10  # interrupted here, and taken up again
    await before.ensure(["late"])  # a process that has not heard of the new key yet
    while await after.rewrap(batch=10):
        pass
    assert await after.versions() == {key_id(new): 26}
    with pytest.raises(Refused, match="current"):
        await after.retire(key_id(new))
    await after.retire(key_id(old))

    with pytest.raises(Unavailable, match="kek-retired"):
        await before.ensure(["too-late"])
    with pytest.raises(DBAPIError, match="is retired"):
        async with engine.begin() as connection:
            await connection.execute(text("UPDATE person_keys SET kek_id = :kek"), {"kek": key_id(old)})
    assert isinstance((await after.ensure(["late"]))["late"], PersonKey)
    await engine.dispose()
