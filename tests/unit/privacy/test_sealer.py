import base64
from collections.abc import Collection, Mapping

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.kernel.errors import Invalid
from shared.kernel.sealed import ERASED, Erased, Sealed
from shared.privacy.errors import KeyMissing, PersonErased, SealBroken
from shared.privacy.keyring import PersonKey
from shared.privacy.memory_keyring import InMemoryKeyring
from shared.privacy.sealer import WORDS, Sealer, ToOpen, ToSeal

identifiers = st.text(min_size=1, max_size=40).filter(lambda text: text.isprintable())
texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200)


@given(identifiers, identifiers, texts)
async def test_what_was_sealed_opens_to_the_same_text(person: str, field: str, text: str) -> None:
    sealer = Sealer(InMemoryKeyring())
    assert await sealer.open(person, field, await sealer.seal(person, field, text)) == text


@given(st.text("一二三", min_size=1), st.data())
async def test_any_change_of_any_character_is_noticed(text: str, data: st.DataObject) -> None:
    sealer = Sealer(InMemoryKeyring())
    sealed = await sealer.seal("p", "name", text)
    start = len("sealed:1:")
    position = data.draw(st.integers(start, len(sealed) - 1))
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    replacement = data.draw(st.sampled_from(alphabet))
    assume(sealed[position] not in {replacement, ":"})
    with pytest.raises(SealBroken):
        await sealer.open("p", "name", Sealed(sealed[:position] + replacement + sealed[position + 1 :]))


@given(st.binary(min_size=28, max_size=60))
async def test_bytes_that_were_never_sealed_do_not_open(blob: bytes) -> None:
    sealer = Sealer(InMemoryKeyring())
    key_id = (await sealer.seal("p", "name", "x")).key_id
    forged = Sealed(f"sealed:1:{key_id}:{base64.urlsafe_b64encode(blob).decode().rstrip('=')}")
    with pytest.raises(SealBroken):
        await sealer.open("p", "name", forged)


async def test_a_value_has_one_spelling_only() -> None:
    """The last character of this payload has four bits to spare: another one there decodes to the same bytes."""
    sealer = Sealer(InMemoryKeyring())
    sealed = await sealer.seal("p", "name", "")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = alphabet[alphabet.index(sealed[-1]) + 1]
    with pytest.raises(SealBroken):
        await sealer.open("p", "name", Sealed(sealed[:-1] + twin))


async def test_a_payload_of_an_impossible_length_is_broken_not_a_crash() -> None:
    sealer = Sealer(InMemoryKeyring())
    sealed = await sealer.seal("p", "name", "x")
    with pytest.raises(SealBroken):
        await sealer.open("p", "name", Sealed(f"sealed:1:{sealed.key_id}:{'A' * 41}"))


async def test_a_value_cannot_be_moved_to_another_person_or_field() -> None:
    sealer = Sealer(InMemoryKeyring())
    sealed = await sealer.seal("p1", "phone", "13812345678")
    await sealer.seal("p2", "phone", "13900000000")
    with pytest.raises(SealBroken):
        await sealer.open("p2", "phone", sealed)
    with pytest.raises(SealBroken):
        await sealer.open("p1", "name", sealed)


async def test_person_and_field_cannot_be_confused_at_their_seam() -> None:
    """`a|b` + `c` must not authenticate as `a` + `b|c`, even under one and the same key."""

    key = PersonKey("one", bytes(32))

    class OneKey(InMemoryKeyring):
        async def keys(self, person_ids: Collection[str]) -> Mapping[str, PersonKey | Erased]:
            return dict.fromkeys(person_ids, key)

    sealer = Sealer(OneKey())
    sealed = await sealer.seal("a|b", "c", "text")
    assert await sealer.open("a|b", "c", sealed) == "text"
    with pytest.raises(SealBroken):
        await sealer.open("a", "b|c", sealed)


async def test_after_erasure_every_value_reads_as_erased_and_others_are_untouched() -> None:
    keyring = InMemoryKeyring()
    sealer = Sealer(keyring)
    values = [ToSeal("gone", "name", "张三"), ToSeal("here", "name", "李四"), ToSeal("gone", "phone", "13812345678")]
    sealed = await sealer.seal_many(values)
    await keyring.destroy("gone")
    found = [ToOpen(value.person_id, value.field, blob) for value, blob in zip(values, sealed, strict=True)]
    assert await sealer.open_many(found) == [ERASED, "李四", ERASED]


async def test_nothing_can_be_sealed_for_an_erased_person() -> None:
    keyring = InMemoryKeyring()
    await keyring.destroy("gone")
    with pytest.raises(PersonErased):
        await Sealer(keyring).seal("gone", "name", "张三")


async def test_an_unknown_person_is_not_mistaken_for_an_erased_one() -> None:
    sealed = await Sealer(InMemoryKeyring()).seal("p", "name", "张三")
    with pytest.raises(KeyMissing):
        await Sealer(InMemoryKeyring()).open("p", "name", sealed)


@pytest.mark.parametrize("text", ["\ud800秘密", "秘" * 2000])
async def test_text_that_cannot_be_sealed_is_refused_without_being_repeated_or_a_key_being_made(text: str) -> None:
    keyring = InMemoryKeyring()
    with pytest.raises(Invalid) as refused:
        await Sealer(keyring).seal("p", "name", text)
    assert "秘" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert not await keyring.keys(["p"])


async def test_two_seals_of_one_text_do_not_look_alike() -> None:
    sealer = Sealer(InMemoryKeyring())
    assert await sealer.seal("p", "name", "张三") != await sealer.seal("p", "name", "张三")


async def test_a_page_of_values_costs_one_look_at_the_keyring() -> None:
    class Counting(InMemoryKeyring):
        looks = 0

        async def keys(self, person_ids: Collection[str]) -> Mapping[str, PersonKey | Erased]:
            self.looks += 1
            return await super().keys(person_ids)

    keyring = Counting()
    sealer = Sealer(keyring)
    sealed = await sealer.seal_many([ToSeal(f"p{n}", "name", str(n)) for n in range(50)])
    keyring.looks = 0
    opened = await sealer.open_many([ToOpen(f"p{n}", "name", blob) for n, blob in enumerate(sealed)])
    assert opened == [str(n) for n in range(50)]
    assert keyring.looks == 1


@given(st.lists(texts, min_size=2, max_size=5))
async def test_the_same_words_give_the_same_value_and_other_words_never_share_a_nonce(said: list[str]) -> None:
    sealer = Sealer(InMemoryKeyring())
    sealed = [await sealer.seal("p", WORDS, text) for text in said]
    assert [await sealer.seal("p", WORDS, text) for text in said] == sealed
    nonces = {base64.urlsafe_b64decode(one.payload[:16]): text for one, text in zip(sealed, said, strict=True)}
    assert len(nonces) == len(set(said))
    assert await sealer.seal("q", WORDS, said[0]) != sealed[0]
    assert await sealer.seal("p", "name", said[0]) != await sealer.seal("p", "name", said[0])
