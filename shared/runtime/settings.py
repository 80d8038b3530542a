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
    trace_ratio: float = 1.0
    audit_anchor_seconds: float = Field(default=300.0, gt=0, description="how often the audit trail's end is told")
    oidc_issuer: str = Field(default="", description="`iss` of the tokens that count here")
    oidc_audience: str = Field(default="yanzhen", description="`aud` that tokens have to name")
    oidc_jwks_url: str = Field(default="", description="where the identity provider publishes its keys (`jwks_uri`)")
    oidc_jwks_file: Path | None = Field(default=None, description="its keys as a file, instead of the address")
