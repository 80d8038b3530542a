"""What tokens are signed with, and how the development issuer is known; apart from verifying, which needs an HTTP client."""

from typing import Final

ALGORITHMS: Final = ("ES256", "ES384", "Ed25519", "PS256", "RS256")
"""Signatures with a key pair only: with `HS…` whoever can read the public key could sign, with `none` anybody."""
DEVELOPMENT_ISSUER: Final = "https://development.yanzhen.invalid"
DEVELOPMENT_KEY: Final = "development-"
"""How the names of the development issuer's keys begin, so that they are known for what they are under any issuer."""
