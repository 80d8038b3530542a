import os
from pathlib import Path

import pytest

from shared.kernel.errors import Invalid, Unavailable
from shared.privacy.errors import KeyringDamaged
from shared.privacy.key_encryption import LocalKeyEncryption, WrappedKey
from shared.privacy.key_material import generate_key, key_id, load_keys, parse_keys


async def test_the_first_line_is_the_key_in_use_and_the_order_is_kept() -> None:
    first, second = generate_key(), generate_key()
    keys = parse_keys(f"# ours\n{first}  # since spring\n\n{second}\n", where="here")
    assert list(keys) == [key_id(key) for key in keys.values()]
    assert await LocalKeyEncryption(keys).current() == next(iter(keys))


@pytest.mark.parametrize("line", ["geheim", "AAAA", "é" * 10, "AAAA" * 20])
def test_a_bad_line_is_named_by_its_number_and_never_repeated(line: str) -> None:
    with pytest.raises(Invalid, match="line 2") as refused:
        parse_keys(f"{generate_key()}\n{line}", where="here")
    assert line not in str(refused.value)


def test_a_file_wins_over_the_variable(tmp_path: Path) -> None:
    in_file, in_variable = generate_key(), generate_key()
    path = tmp_path / "kek"
    path.write_text(in_file)
    environment = {"YANZHEN_KEK_FILE": str(path), "YANZHEN_KEK": in_variable}
    assert load_keys("YANZHEN_KEK", environment) == parse_keys(in_file, where="")
    del environment["YANZHEN_KEK_FILE"]
    assert load_keys("YANZHEN_KEK", environment) == parse_keys(in_variable, where="")


@pytest.mark.parametrize("environment", [{}, {"YANZHEN_KEK": " \n# none"}, {"YANZHEN_KEK_FILE": "/does/not/exist"}])
def test_a_missing_key_is_said_so(environment: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refused:
        load_keys("YANZHEN_KEK", environment)
    assert refused.value.remedy


async def test_a_wrapped_key_unwraps_for_its_own_person_only() -> None:
    encryption = LocalKeyEncryption(parse_keys(generate_key(), where=""))
    secret = os.urandom(32)
    wrapped = await encryption.wrap("p1", secret)
    assert secret not in wrapped.blob
    assert await encryption.unwrap("p1", wrapped) == secret
    with pytest.raises(KeyringDamaged):
        await encryption.unwrap("p2", wrapped)
    for damaged in (wrapped.blob[:-1], b"", wrapped.blob[:-1] + bytes([wrapped.blob[-1] ^ 1])):
        with pytest.raises(KeyringDamaged):
            await encryption.unwrap("p1", WrappedKey(wrapped.kek_id, damaged))


async def test_a_key_under_an_unknown_kek_is_unavailable_not_lost() -> None:
    wrapped = await LocalKeyEncryption(parse_keys(generate_key(), where="")).wrap("p", os.urandom(32))
    with pytest.raises(Unavailable, match=wrapped.kek_id):
        await LocalKeyEncryption(parse_keys(generate_key(), where="")).unwrap("p", wrapped)
