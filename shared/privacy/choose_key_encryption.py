"""Which key-encryption an installation uses, as its environment says."""

import os
from collections.abc import Mapping
from pathlib import Path

from shared.privacy.command_key_encryption import CommandKeyEncryption
from shared.privacy.file_key_encryption import FileKeyEncryption
from shared.privacy.key_encryption import KeyEncryption, LocalKeyEncryption
from shared.privacy.key_material import load_keys


def choose_key_encryption(environment: Mapping[str, str] | None = None) -> KeyEncryption:
    """`YANZHEN_KEK_COMMAND` (a KMS or HSM), else `YANZHEN_KEK_FILE`, else `YANZHEN_KEK`. Raises `Invalid`."""
    environment = os.environ if environment is None else environment
    if command := environment.get("YANZHEN_KEK_COMMAND"):
        return CommandKeyEncryption(command)
    if path := environment.get("YANZHEN_KEK_FILE"):
        return FileKeyEncryption(Path(path))
    return LocalKeyEncryption(load_keys("YANZHEN_KEK", environment))
