"""What can go wrong with sealed data. Erasure is not among it: reading then gives `Erased`."""

from shared.kernel.errors import Refused, YanzhenError


class SealBroken(YanzhenError):
    """A sealed value was altered, or moved to another person or field. Never retried; a human has to look."""

    status = 500
    title = "Sealed value damaged"

    def __init__(self, person_id: str, field: str, reason: str) -> None:
        super().__init__(
            "seal-broken",
            f"a sealed value does not open: {reason}",
            remedy="compare the stored event with a backup; the value was altered or copied from elsewhere",
            where=f"{person_id}/{field}",
        )


class KeyMissing(YanzhenError):
    """The keyring has never heard of this person.

    Not the same as erased, which leaves a tombstone: a service pointed at the wrong or a half-restored keyring must not
    look as if everybody had been erased.
    """

    status = 500
    title = "Key missing"

    def __init__(self, person_id: str) -> None:
        super().__init__(
            "key-missing",
            "there is neither a key nor an erasure on record for this person",
            remedy="check that this service uses the right keyring database, and that it was restored completely",
            where=person_id,
        )


class KeyringDamaged(YanzhenError):
    """A wrapped key was altered, or moved to another person's row."""

    status = 500
    title = "Keyring damaged"

    def __init__(self, person_id: str) -> None:
        super().__init__(
            "keyring-damaged",
            "the stored key of this person does not unwrap",
            remedy="restore the row from a backup of the keyring",
            where=person_id,
        )


class PersonErased(Refused):
    """Something was to be sealed for a person whose key is destroyed: the id is spent, a new key would undo that."""

    def __init__(self, person_id: str) -> None:
        super().__init__(
            "person-erased",
            "this person's data has been erased, nothing more can be recorded about them",
            remedy="a person who comes back is registered anew, under a new id",
            where=person_id,
        )
