"""Where a service process finds the world. From the environment, prefix `YANZHEN_`; secrets only as files or variables."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """Settings of one process. Durations in seconds."""

    model_config = SettingsConfigDict(env_prefix="YANZHEN_", extra="ignore", hide_input_in_errors=True)

    database_url: str = Field(description="postgresql+asyncpg URL of the service's own database")
    keyring_url: str = Field(default="", description="the keyring's database; only services that seal or open need it")
    nats_url: str = "nats://127.0.0.1:4222"
    nats_seed_file: Path | None = Field(default=None, description="NKey seed of the service's identity at the broker")
    http_host: str = "127.0.0.1"
    http_port: int = 0
    address_rate: float = Field(default=1000, gt=0, description="requests per second of one address, in the long run")
    address_burst: int = Field(default=5000, ge=1, description="requests of one address at once")
    token_rate: float = Field(default=200, gt=0, description="requests per second under one token, in the long run")
    token_burst: int = Field(default=1000, ge=1, description="requests under one token at once")
    roles: frozenset[str] = frozenset({"api", "worker", "relay"})
    log_level: str = "INFO"
    log_console: bool = False
    development: bool = Field(default=False, description="allows moving the clock; never in production")
    clock_shift: float = Field(default=0.0, description="seconds added to the clock at the start; development only")
    pool_size: int = 5
    oidc_issuer: str = Field(default="", description="`iss` of the tokens that count here")
    oidc_audience: str = Field(default="yanzhen", description="`aud` that tokens have to name")
    oidc_jwks_url: str = Field(default="", description="where the identity provider publishes its keys (`jwks_uri`)")
    oidc_jwks_file: Path | None = Field(default=None, description="its keys as a file, instead of the address")
    trace_ratio: float = Field(default=1.0, ge=0, le=1, description="of new traces, kept whatever becomes of them")
    trace_slow_seconds: float = Field(default=1.0, gt=0, description="what takes longer here is kept in any case")
    gauges_every: float = Field(default=15.0, gt=0, description="between readings of depths and lags")
    watched_directory: Path | None = Field(default=None, description="whose disk is watched: the data of the servers")
