"""What is answered to one question opens for who asked it, and for nobody else."""

import pytest

from shared.kernel.errors import Invalid
from shared.privacy.reply_box import BoxKey, seal_for


def test_the_asker_reads_the_answer_and_its_text_is_nowhere_on_the_way() -> None:
    asker = BoxKey()
    key, box = seal_for(asker.public, "张三 13812345678".encode())
    assert "13812345678" not in box
    assert asker.open(key, box).decode() == "张三 13812345678"


def test_nobody_else_and_nothing_altered_opens() -> None:
    asker = BoxKey()
    key, box = seal_for(asker.public, b"text")
    other_key, other_box = seal_for(asker.public, b"text")
    for opener, their, what in (
        (BoxKey(), key, box),
        (asker, other_key, box),
        (asker, key, other_box),
        (asker, key, "AAAA"),
    ):
        with pytest.raises(Invalid, match="answer-damaged"):
            opener.open(their, what)


@pytest.mark.parametrize("key", ["", "AAAA", "é", "A" * 44])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(Invalid, match="bad-asker-key"):
        seal_for(key, b"text")


def test_the_door_has_one_key_in_every_replica_and_another_after_a_rotation() -> None:
    one, other, later = BoxKey.of_the_door(b"k" * 32), BoxKey.of_the_door(b"k" * 32), BoxKey.of_the_door(b"l" * 32)
    key, box = seal_for(one.public, b"words")
    assert (one.public == other.public, other.open(key, box), one.public == later.public) == (True, b"words", False)
