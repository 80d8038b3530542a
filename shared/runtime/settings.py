"""Where a service process finds the world. From the environment, prefix `YANZHEN_`; each may be given as a file."""

from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from shared.kernel.errors import Invalid
from shared.runtime.secret_file_source import SecretFileSource

Role = Literal["api", "worker", "relay"]


class ServiceSettings(BaseSettings):
    """Settings of one process. Durations in seconds."""

    model_config = SettingsConfigDict(
        env_prefix="YANZHEN_", extra="ignore", hide_input_in_errors=True, env_ignore_empty=True
    )

    database_url: str = Field(description="postgresql+asyncpg URL of the service's own database")
    keyring_url: str = Field(default="", description="the keyring's database; only services that seal or open need it")
    nats_url: str = "nats://127.0.0.1:4222"
    nats_seed_file: Path | None = Field(default=None, description="NKey seed of the service's identity at the broker")
    nats_ca_file: Path | None = Field(default=None, description="who vouches for the broker; with it TLS is demanded")
    http_host: str = "127.0.0.1"
    http_port: int = 0
    http_certificate_file: Path | None = Field(default=None, description="PEM; with it and its key the door talks TLS")
    http_key_file: Path | None = Field(default=None, description="PEM, the key of that certificate")
    address_rate: float = Field(default=1000, gt=0, description="requests per second of one address, in the long run")
    address_burst: int = Field(default=5000, ge=1, description="requests of one address at once")
    token_rate: float = Field(default=200, gt=0, description="requests per second under one token, in the long run")
    token_burst: int = Field(default=1000, ge=1, description="requests under one token at once")
    roles: Annotated[frozenset[Role], NoDecode, Field(min_length=1)] = frozenset({"api", "worker", "relay"})
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_console: bool = False
    development: bool = Field(default=False, description="allows moving the clock; never in production")
    clock_shift: float = Field(default=0.0, description="seconds added to the clock at the start; development only")
    pool_size: int = 5
    audit_anchor_seconds: float = Field(default=300.0, gt=0, description="how often the audit trail's end is told")
    oidc_issuer: str = Field(default="", description="`iss` of the tokens that count here")
    oidc_audience: str = Field(default="yanzhen", description="`aud` that tokens have to name")
    oidc_jwks_url: str = Field(default="", description="where the identity provider publishes its keys (`jwks_uri`)")
    oidc_jwks_file: Path | None = Field(default=None, description="its keys as a file, instead of the address")
    trace_ratio: float = Field(default=1.0, ge=0, le=1, description="of new traces, kept whatever becomes of them")
    trace_slow_seconds: float = Field(default=1.0, gt=0, description="what takes longer here is kept in any case")
    gauges_every: float = Field(default=15.0, gt=0, description="between readings of depths and lags")
    stream_check_every: float = Field(default=3600.0, gt=0, description="between readings of the whole own stream")
    watched_directory: Path | None = Field(default=None, description="whose disk is watched: the data of the servers")

    @field_validator("roles", mode="before")
    @classmethod
    def _separated(cls, value: Any) -> Any:
        """`api,relay`, as one writes it in an environment; the JSON form works too."""
        if isinstance(value, str):
            return [one.strip(' "[]') for one in value.split(",")]
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, SecretFileSource(settings_cls), env_settings


S = TypeVar("S", bound=ServiceSettings)


def read_settings(kind: type[S]) -> S:
    """From the environment. Raises `Invalid` (`bad-settings`) naming the variable, never what it holds."""
    try:
        return kind()
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        variable = "YANZHEN_" + "_".join(str(part) for part in first["loc"] if isinstance(part, str)).upper()
        raise Invalid(
            "bad-settings", f"{variable}: {first['msg']}", remedy="set it in the environment of the service"
        ) from None
