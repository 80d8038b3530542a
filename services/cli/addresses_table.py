"""Where everything is, once it runs."""

from typing import Any

from rich.console import Console

from services.cli.output import table


def show_addresses(console: Console, addresses: dict[str, Any]) -> None:
    """Print the addresses of a running installation (the content of `run.json`)."""
    shown = table("雁阵 Yanzhen is ready", "what", "where", "pid")
    for name, service in addresses["services"].items():
        shown.add_row(name, service["url"], str(service["pid"]))
    pids = addresses["pids"]
    for name, key, process in (
        ("broker", "nats_url", "nats"),
        ("broker monitor", "nats_monitor_url", "nats"),
        ("database", "database_url", "postgres"),
        ("mails sent", "smtp_sink_url", "smtp-sink"),
        ("SMS sent", "sms_url", "sms-gateway"),
        ("tokens", "issuer_url", ""),
    ):
        if addresses.get(key):
            shown.add_row(name, str(addresses[key]).partition("?")[0], str(pids.get(process, "")))
    console.print(shown)
    console.print(f"Logs are in {addresses['data_dir']}/logs. Ctrl-C stops everything.", soft_wrap=True)
