import stat
import threading
from pathlib import Path

import pytest

from shared.kernel.errors import Invalid
from shared.security.nkey_seeds import ensure_seed, public_key
from shared.security.secret_files import create_once


def test_an_identity_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    first = ensure_seed(tmp_path / "credentials", "registry")
    key = public_key(first)

    assert ensure_seed(tmp_path / "credentials", "registry") == first
    assert public_key(first) == key
    assert key.startswith("U")
    assert len(key) == 56
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert stat.S_IMODE(first.parent.stat().st_mode) == 0o700
    assert [path.name for path in first.parent.iterdir()] == ["registry.nk"]


def test_of_several_that_make_a_secret_at_once_all_get_the_same(tmp_path: Path) -> None:
    gate, got = threading.Barrier(8), []

    def make(number: int) -> None:
        gate.wait()
        got.append(create_once(tmp_path / "secret", str(number)))

    threads = [threading.Thread(target=make, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(got)) == 1
    assert (tmp_path / "secret").read_text() == got[0]


def test_a_damaged_seed_is_named_but_never_quoted(tmp_path: Path) -> None:
    path = tmp_path / "registry.nk"
    path.write_text("SUABUTNOTASEED")

    with pytest.raises(Invalid) as caught:
        public_key(path)

    assert str(path) in str(caught.value)
    assert "SUABUT" not in str(caught.value)
