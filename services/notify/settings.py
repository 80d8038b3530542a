"""Where the providers are, how long they may take, and how patient we are with a message. Durations in seconds."""

from functools import lru_cache
from typing import Annotated, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.notify.domain.message.policy import DEFAULT_POLICY, DeliveryPolicy
from shared.runtime.settings import ServiceSettings

_Seconds = Annotated[int, Field(ge=1)]


class DeliverySettings(BaseSettings):
    """How patient we are: what becomes the `DeliveryPolicy` of every message queued from now on."""

    model_config = SettingsConfigDict(env_prefix="YANZHEN_", extra="ignore", hide_input_in_errors=True)

    retry_after: tuple[_Seconds, ...] = DEFAULT_POLICY.retry_after
    attempt_timeout: _Seconds = DEFAULT_POLICY.attempt_timeout
    check_after: _Seconds = DEFAULT_POLICY.check_after
    longest_check_interval: _Seconds = DEFAULT_POLICY.longest_check_interval
    receipt_timeout: _Seconds = DEFAULT_POLICY.receipt_timeout
    provider_timeout: float = Field(default=10.0, gt=0, description="for one call to a provider, from end to end")

    @property
    def policy(self) -> DeliveryPolicy:
        """The policy that messages are queued with."""
        return DeliveryPolicy(
            retry_after=self.retry_after,
            attempt_timeout=self.attempt_timeout,
            check_after=self.check_after,
            longest_check_interval=self.longest_check_interval,
            receipt_timeout=self.receipt_timeout,
        )

    @model_validator(mode="after")
    def _calls_end_before_we_conclude_anything(self) -> Self:
        # Otherwise a message would be called unknown, or asked for, while the call that sends it is still under way.
        if self.provider_timeout >= min(self.attempt_timeout, self.check_after):
            raise ValueError("provider_timeout must be shorter than attempt_timeout and check_after")
        return self


class NotifySettings(ServiceSettings, DeliverySettings):
    """Settings of the process."""

    smtp_host: str = "127.0.0.1"
    smtp_port: int = 25
    smtp_from: str = "yanzhen@yanzhen.invalid"
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_require_tls: bool = Field(default=False, description="never fall back to plain text when STARTTLS fails")
    sms_url: str = Field(default="", description="the gateway's address; without one, text messages wait in the queue")
    sms_sign: str = Field(default="雁阵", min_length=1, max_length=20)
    message_id_domain: str = Field(default="yanzhen.invalid", description="right side of each mail's Message-ID")
    send_concurrency: int = Field(default=48, ge=1, le=256, description="calls under way at once, per channel")


@lru_cache(maxsize=1)
def policy_from_environment() -> DeliveryPolicy:
    """The policy that this process queues with; read once."""
    return DeliverySettings().policy
