"""The lanes of a process: one for each channel that has a provider."""

from collections.abc import Mapping

import structlog

from services.notify.domain.vocabulary import Channel
from services.notify.providers.provider import Provider
from services.notify.providers.sms_gateway import SmsGateway
from services.notify.providers.smtp_server import SmtpAccount, SmtpServer
from services.notify.sending.address_book import AddressBook
from services.notify.sending.lane import Lane
from services.notify.sending.to_do import SqlToDo
from services.notify.settings import NotifySettings
from shared.kernel.errors import Unavailable
from shared.privacy.resolver import Resolver
from shared.runtime.definition import Loop, Running

log = structlog.get_logger(__name__)


def lanes(running: Running) -> Mapping[str, Loop]:
    """The loops that send; none in a process that does not work."""
    settings = running.settings
    if not isinstance(settings, NotifySettings):
        raise Unavailable("no-providers", "notify needs its own settings", remedy="run it with NotifySettings")
    if "worker" not in settings.roles:
        return {}
    # No key is at hand here: names and addresses are opened by the registry, for this purpose, on record.
    book = AddressBook(running.store, Resolver(running.client, "notify", "deliver-message"))
    loops: dict[str, Loop] = {}
    for channel, provider in _providers(running, settings).items():
        lane = Lane(
            provider,
            SqlToDo(running.engine, running.store, channel),
            book,
            running.executor,
            running.metrics,
            concurrency=settings.send_concurrency,
            longest_call=settings.provider_timeout,
        )
        # Rung by the process after each commit, where it does so; the lane's own poll does the rest.
        running.after_commit.append(lane.wakeup.ring)
        loops[f"send-{channel}"] = lane.run
    return loops


def _providers(running: Running, settings: NotifySettings) -> dict[Channel, Provider]:
    account = SmtpAccount(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_from,
        settings.message_id_domain,
        settings.smtp_username,
        settings.smtp_password.get_secret_value(),
        settings.smtp_require_tls,
    )
    providers: dict[Channel, Provider] = {
        "email": SmtpServer(account, timeout=settings.provider_timeout, clock=running.clock)
    }
    if settings.sms_url:
        providers["sms"] = SmsGateway(
            settings.sms_url,
            settings.sms_sign,
            timeout=settings.provider_timeout,
            connections=settings.send_concurrency,
        )
    else:
        log.warning("no-sms-gateway", remedy="set YANZHEN_SMS_URL; until then text messages wait in the queue")
    return providers
