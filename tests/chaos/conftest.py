"""Directories and disks of installations that are made to suffer."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.embedded.data_dir import erase


@pytest.fixture
def directory() -> Iterator[Path]:
    """A data directory that is gone afterwards."""
    found = Path(tempfile.mkdtemp(prefix="yanzhen-chaos-"))
    os.chmod(found, 0o711)  # PostgreSQL runs as another user when we are root
    try:
        yield found
    finally:
        erase(found)
