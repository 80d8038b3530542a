"""Settings come from the environment or from files, and what is wrong is named without showing it."""

from pathlib import Path

import pytest

from services.notify.settings import NotifySettings
from shared.kernel.errors import Invalid
from shared.runtime.secret_settings import secret
from shared.runtime.settings import ServiceSettings, read_settings

URL = "postgresql://yanzhen_registry:s3cret@db/yanzhen_registry"


@pytest.fixture(autouse=True)
def _database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANZHEN_DATABASE_URL", URL)


def test_any_setting_may_be_a_file_and_the_file_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, content in {"database_url": "postgresql://other@db/other\n", "smtp_password": " pass word \n"}.items():
        (tmp_path / name).write_text(content)
        monkeypatch.setenv(f"YANZHEN_{name.upper()}_FILE", str(tmp_path / name))
    (tmp_path / "retries").write_text("[1,2]\r\n")
    monkeypatch.setenv("YANZHEN_RETRY_AFTER_FILE", str(tmp_path / "retries"))

    settings = read_settings(NotifySettings)

    assert settings.database_url == "postgresql://other@db/other"
    assert settings.smtp_password.get_secret_value() == " pass word "
    assert settings.retry_after == (1, 2)


def test_a_setting_that_is_a_path_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANZHEN_NATS_SEED_FILE", str(tmp_path / "not-there.nk"))

    assert read_settings(ServiceSettings).nats_seed_file == tmp_path / "not-there.nk"


@pytest.mark.parametrize(("content", "code"), [(None, "unreadable-secret"), ("\n", "empty-secret")])
def test_a_secret_that_cannot_be_read_is_named_by_its_variable(
    content: str | None, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "url"
    if content is not None:
        path.write_text(content)
    monkeypatch.setenv("YANZHEN_DATABASE_URL_FILE", str(path))

    with pytest.raises(Invalid) as caught:
        read_settings(ServiceSettings)

    assert (caught.value.code, caught.value.where) == (code, "YANZHEN_DATABASE_URL_FILE")
    assert "s3cret" not in str(caught.value)


def test_a_file_that_is_not_named_leaves_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANZHEN_DATABASE_URL_FILE", "")

    assert read_settings(ServiceSettings).database_url == URL
    assert secret("YANZHEN_NOTHING_OF_THAT_KIND") is None


@pytest.mark.parametrize("text", ["api,relay", "relay, api", '["api","relay"]', '["api", "relay"]'])
def test_roles_are_written_with_commas_or_as_json(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANZHEN_ROLES", text)

    assert read_settings(ServiceSettings).roles == {"api", "relay"}


@pytest.mark.parametrize(
    ("variable", "value"),
    [("ROLES", "api,wroker"), ("LOG_LEVEL", "LOUD"), ("HTTP_PORT", "s3cret"), ("POOL_SIZE", "many")],
)
def test_a_bad_setting_is_named_and_never_shown(variable: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # A role that nobody knows would otherwise start a process that does nothing, and says that it is well.
    monkeypatch.setenv(f"YANZHEN_{variable}", value)

    with pytest.raises(Invalid) as caught:
        read_settings(ServiceSettings)

    assert caught.value.code == "bad-settings"
    assert f"YANZHEN_{variable}" in caught.value.detail
    assert "s3cret" not in str(caught.value)


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    # Compose files pass variables on that nobody has set.
    monkeypatch.setenv("YANZHEN_OIDC_JWKS_FILE", "")
    monkeypatch.setenv("YANZHEN_ROLES", "")

    assert read_settings(ServiceSettings).oidc_jwks_file is None
    assert read_settings(ServiceSettings).roles == {"api", "worker", "relay"}


def test_a_missing_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("YANZHEN_DATABASE_URL")

    with pytest.raises(Invalid, match="YANZHEN_DATABASE_URL: Field required"):
        read_settings(ServiceSettings)
