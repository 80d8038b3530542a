import hashlib
import random
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from shared.embedded.data_dir import DataDirectory, write_private
from shared.embedded.databases import scram_verifier
from shared.embedded.faults import Dice, SmsFaults
from shared.embedded.journal import Journal
from shared.embedded.ports import Ports
from shared.embedded.sms_exchange import SmsExchange, SmsRequest
from shared.embedded.sms_text import full_text, parts
from shared.kernel.clock import ManualClock
from shared.kernel.errors import Invalid, Refused, Unavailable


@pytest.mark.parametrize(("length", "expected"), [(68, 1), (70, 1), (71, 2), (134, 2), (135, 3), (160, 3), (500, 8)])
def test_parts_follow_the_providers_vectors(length: int, expected: int) -> None:
    text = full_text("雁阵", "字" * (length - 4))
    assert len(text) == length
    assert parts(text) == expected


def test_the_daily_limit_counts_twenty_four_hours_from_each_sending() -> None:
    clock = ManualClock()
    exchange = SmsExchange(Journal(None), clock, per_day=2)
    exchange.register("T", "您好${name}")
    request = SmsRequest(out_id="o", phone="13800000000", sign="雁阵", template="T", params={"name": "张三"})
    exchange.accept(request)
    clock.advance(timedelta(hours=23))
    exchange.accept(request)
    with pytest.raises(Invalid, match="BUSINESS_LIMIT"):
        exchange.accept(request)
    clock.advance(timedelta(hours=1))
    exchange.accept(request)
    with pytest.raises(Invalid, match="BUSINESS_LIMIT"):
        exchange.accept(request)


def test_dice_repeat_their_sequence_and_certainties_draw_nothing() -> None:
    one, two = Dice(5), Dice(5)
    assert not one.hit(0)
    assert one.hit(1)
    assert [one.hit(0.3) for _ in range(50)] == [two.hit(0.3) for _ in range(50)]
    assert Dice.of(SmsFaults(seed=5)).hit(0.5) == (random.Random(5).random() < 0.5)


def test_a_journal_skips_a_line_that_a_crash_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    journal = Journal(path)
    journal.append({"n": 1})
    journal.close()
    with path.open("ab") as file:
        file.write(b'{"n": 2')
    assert list(Journal(path).records()) == [{"n": 1}]


def test_a_stack_gets_its_ports_again_and_two_stacks_never_the_same() -> None:
    first = Ports()
    wanted = {name: first.take(name) for name in ("a", "b")}
    second = Ports(wanted)
    assert not {second.take("a"), second.take("b")} & set(wanted.values())
    second.release()
    first.release()
    third = Ports(wanted)
    assert (third.take("a"), third.take("b")) == (wanted["a"], wanted["b"])
    third.release()


def test_state_survives_and_only_one_may_hold_the_directory(tmp_path: Path) -> None:
    one = DataDirectory(tmp_path / "d")
    one.open()
    one.remember("k", {"x": 1})
    with pytest.raises(Refused, match="stack-already-running"):
        DataDirectory(tmp_path / "d").open()
    one.close()
    two = DataDirectory(tmp_path / "d")
    two.open()
    assert two.get("k") == {"x": 1}
    two.close()


def test_a_damaged_state_file_is_reported_and_releases_the_lock(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text("{")
    for _ in range(2):
        with pytest.raises(Unavailable, match="state-file-damaged"):
            DataDirectory(tmp_path).open()


def test_private_files_are_private_from_the_first_byte(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, "new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_scram_verifier_matches_the_published_example() -> None:
    """The example of RFC 7677: user `user`, password `pencil`."""
    salt = bytes.fromhex("5b6d99689d12358eec a04b1412 36fa81".replace(" ", ""))
    verifier = scram_verifier("pencil", salt, 4096)
    assert verifier.startswith("SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$")
    stored, server = verifier.rpartition("$")[2].split(":")
    assert (len(stored), len(server)) == (44, 44)
    with pytest.raises(Invalid):
        scram_verifier("密码", salt, 4096)
    assert hashlib.sha256(server.encode()).hexdigest()
