"""Words as they look when they are sealed, for tests of rules that never open them: the same words, the same value."""

import base64

from shared.kernel.sealed import Sealed


def sealed_words(text: str) -> Sealed:
    """A value of the right shape, under no key."""
    return Sealed(f"sealed:1:key:{base64.urlsafe_b64encode(text.encode().ljust(40)).rstrip(b'=').decode()}")
