"""Secret files for pydantic's settings; apart from `secret`, which small programs use without pydantic-settings (10 MB)."""

import os
from collections.abc import Mapping

from pydantic_settings import EnvSettingsSource

from shared.runtime.secret_settings import SUFFIX, secret


class SecretFileSource(EnvSettingsSource):
    """Every setting may come from a file. A setting that is itself called `…_file` is a path and is left alone."""

    def _load_env_vars(self) -> Mapping[str, str | None]:
        prefix = str(self.config.get("env_prefix", ""))
        names = [prefix + name.upper() for name in self.settings_cls.model_fields]
        found = {name: secret(name) for name in names if os.environ.get(name + SUFFIX)}
        return {name.lower(): value for name, value in found.items()}
