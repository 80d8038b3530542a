"""No text enters an event before somebody has said what class it is of (ADR 55)."""

from itertools import combinations

from shared.kernel.event import DomainEvent
from shared.kernel.sealed import SealedWords
from tests.architecture.free_text import IN_CLEAR, SEALED, _of_model, sealed_words, texts_in_clear


def test_every_text_of_every_event_is_in_one_class() -> None:
    assert texts_in_clear() == frozenset().union(*IN_CLEAR), "a text in no class, or a class with a text that is gone"
    assert not [one & other for one, other in combinations(IN_CLEAR, 2) if one & other]


def test_what_is_said_of_one_person_is_sealed() -> None:
    assert sealed_words() == SEALED


def test_a_text_that_is_new_is_noticed_and_one_that_is_sealed_is_not_taken_for_clear() -> None:
    class Noted(DomainEvent):
        type = "noted"

        note: dict[str, tuple[str, ...] | None]
        said: SealedWords | None
        count: int

    assert set(_of_model(Noted)) == {"note"}
