"""`python -m shared.embedded`: run a stack until SIGINT or SIGTERM.

Prints one JSON line with the addresses on stdout when everything is ready; logs go to stderr.
"""

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

import structlog

from shared.embedded.stack import EmbeddedStack, ReceiptUrls
from shared.kernel.errors import YanzhenError


async def run(arguments: argparse.Namespace) -> None:
    """Start, announce, wait for the signal, stop."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - a coroutine that runs has a task
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, task.cancel)  # while starting: give up and clean up
    stack = EmbeddedStack(
        arguments.data_dir,
        nats=arguments.nats,
        postgres=arguments.postgres,
        sinks=arguments.sinks,
        receipt_urls=ReceiptUrls(arguments.email_receipt_url, arguments.sms_receipt_url),
    )
    try:
        async with stack:
            for sign in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(sign, ended.set)
            sys.stdout.write(json.dumps(stack.addresses()) + "\n")
            sys.stdout.flush()
            await ended.wait()
    except asyncio.CancelledError:
        return


def main() -> int:
    """The process's exit code: 0 after a wanted end, 1 when the stack could not start."""
    parser = argparse.ArgumentParser(prog="python -m shared.embedded", description=__doc__)
    parser.add_argument("--data-dir", type=Path, default=Path(".yanzhen"), help="where everything is kept")
    parser.add_argument("--nats", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--postgres", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--sinks", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--email-receipt-url")
    parser.add_argument("--sms-receipt-url")
    arguments = parser.parse_args()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    try:
        asyncio.run(run(arguments))
    except YanzhenError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
