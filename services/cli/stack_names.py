"""Names that the help texts need, apart from what takes time to import."""

from pathlib import Path

DEFAULT_DATA_DIR = Path(".yanzhen")
DATA_DIR_VARIABLE = "YANZHEN_DATA_DIR"
