"""The sender of one channel: commit that a call is about to be made, call, commit what came of it.

Never two in one: a crash between the commits leaves an attempt without a result, which is unknown and not sent again,
while a call before the first commit could be made twice. Calls run side by side up to a limit, and those that commit at
the same time share a transaction. Each channel has its own lane, so that one provider's trouble is not the other's.
"""

import asyncio
import contextlib
from dataclasses import replace
from typing import Final

import structlog
from opentelemetry.trace import SpanKind, StatusCode

from services.notify.projections.messages import CHECK
from services.notify.providers.outcome import Declined, NoAnswer, Outcome, Taken, Unreachable
from services.notify.providers.parcel import Parcel
from services.notify.providers.provider import Provider
from services.notify.sending import record
from services.notify.sending.address_book import AddressBook
from services.notify.sending.gate import Gate
from services.notify.sending.recovery import recover
from services.notify.sending.to_do import Task, ToDo
from shared.eventstore.executor import Executor
from shared.kernel.clock import monotonic
from shared.kernel.errors import Refused, Unavailable
from shared.messaging.wakeup import Wakeup
from shared.observability.metrics import Metrics, exemplar
from shared.observability.tracing import RELOCATION, context_from, span, traceparent_of_current

_PAUSE: Final = 0.5
"""Seconds before something that failed without a result is looked at again."""

_SHORT_PAUSE: Final = 0.05
_RECORD_TRIES: Final = 12
_GRACE: Final = 5.0
log = structlog.get_logger("sender")


class Lane:
    """Runs until cancelled, and then lets the calls under way come to their end."""

    def __init__(
        self,
        provider: Provider,
        to_do: ToDo,
        book: AddressBook,
        executor: Executor,
        metrics: Metrics,
        *,
        concurrency: int,
        longest_call: float,
        wakeup: Wakeup | None = None,
    ) -> None:
        self.wakeup = wakeup or Wakeup(first=0.02)
        self._provider = provider
        self._to_do = to_do
        self._book = book
        self._executor = executor
        self._metrics = metrics
        self._longest_call = longest_call
        self._chunk = 2 * concurrency  # small: addresses are looked up per chunk, and must not grow old in it
        self._slots = asyncio.Semaphore(concurrency)
        up = metrics.provider_up.labels(provider.name)
        self._gate = Gate(provider.prepare, executor.clock, provider.name, lambda shut: up.set(not shut))
        self._busy: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Do what there is to do; wait for more."""
        recovering = asyncio.create_task(self._recover(), name="recover-attempts")
        try:
            while True:
                self.wakeup.clear()
                try:
                    await self.do_due()
                except Exception as error:
                    # The database or the keyring, most likely. Nothing is lost: the list is where it was.
                    log.warning("sender.pause", provider=self._provider.name, reason=type(error).__name__)
                    await self._executor.clock.sleep(_PAUSE)
                await self.wakeup.wait()
        finally:
            recovering.cancel()
            await asyncio.gather(recovering, return_exceptions=True)
            if self._busy:
                await asyncio.wait(self._busy.values(), timeout=_GRACE)
            for task in self._busy.values():
                task.cancel()
            await asyncio.gather(*self._busy.values(), return_exceptions=True)
            await self._provider.close()

    async def do_due(self) -> int:
        """Begin everything there is to do, as slots become free; returns how much that was."""
        begun = 0
        while True:
            await self._gate.passing()  # before addresses are looked up: they must not grow old behind it
            tasks = await self._to_do.next(self._busy.keys(), self._chunk)
            if not tasks:
                return begun
            parcels = await self._book.parcels([task for task in tasks if task.step != CHECK])
            for task in tasks:
                await self._slots.acquire()
                if task.message_id in self._busy:
                    self._slots.release()
                    continue
                self._busy[task.message_id] = asyncio.create_task(self._do(task, parcels.get(task.message_id)))
                begun += 1

    async def idle(self) -> None:
        """Return when no call is under way."""
        while self._busy:
            await asyncio.wait(self._busy.values())

    async def _do(self, task: Task, parcel: Parcel | Declined | None) -> None:
        attributes = {"yanzhen.message.id": task.message_id, RELOCATION: task.cause.correlation_id}
        source = context_from(task.cause.traceparent)
        try:
            with span(f"{task.step} {task.channel}", attributes=attributes, parent=source):
                traced = replace(task, cause=replace(task.cause, traceparent=traceparent_of_current()))
                if parcel is None:
                    await self._check(traced)
                else:
                    await self._attempt(traced, parcel)
        except Refused as error:
            # Another sender was first, or a receipt was faster. Its commit has changed the list, so it is not asked again.
            log.debug("sender.not-now", code=error.code, message_id=task.message_id)
            await self._executor.clock.sleep(_SHORT_PAUSE)
        except Unavailable:
            await self._executor.clock.sleep(_PAUSE)
        except Exception:
            log.exception("sender.failed", message_id=task.message_id, step=task.step)
            await self._executor.clock.sleep(_PAUSE)
        finally:
            del self._busy[task.message_id]
            self._slots.release()

    async def _attempt(self, task: Task, parcel: Parcel | Declined) -> None:
        if isinstance(parcel, Declined):
            await record.decline(self._executor, task, self._provider.name, parcel)
            return
        if self._gate.shut:
            return  # it stays on the list
        number = await record.start(self._executor, task, self._provider.name)
        outcome = await self._call(task, parcel)
        await self._record(task, number, outcome)

    async def _call(self, task: Task, parcel: Parcel) -> Outcome:
        attributes = {"yanzhen.message.id": task.message_id, "yanzhen.provider": self._provider.name}
        began = monotonic()
        with span(
            f"send {task.channel}", kind=SpanKind.CLIENT, attributes={**attributes, **self._provider.address}
        ) as current:
            try:
                outcome = await self._provider.send(parcel)
            except Exception as error:
                # A fault of ours, in the middle of a call: nobody knows. Its text may hold the address.
                log.error("sender.call-broke", provider=self._provider.name, error_type=type(error).__name__)
                outcome = NoAnswer(f"fault.{type(error).__name__}"[:100])
            kind = _kind(outcome)
            if not isinstance(outcome, Taken):
                current.set_attribute("error.type", outcome.detail if isinstance(outcome, NoAnswer) else outcome.code)
                current.set_status(StatusCode.ERROR)
                self._metrics.provider_errors.labels(self._provider.name, kind).inc()
            seconds = self._metrics.provider_seconds.labels(self._provider.name, kind)
            seconds.observe(monotonic() - began, exemplar())
        if isinstance(outcome, Declined) and outcome.unreachable:
            self._gate.shut = True
        return outcome

    async def _record(self, task: Task, number: int, outcome: Outcome) -> None:
        """A result is knowledge that nobody else has: it is kept until the database takes it."""
        for tries in range(_RECORD_TRIES):
            try:
                await record.result(self._executor, task, number, outcome)
            except Unavailable:
                await self._executor.clock.sleep(min(0.1 * 2**tries, 5.0))
            else:
                return
        log.error("sender.result-lost", message_id=task.message_id, outcome=type(outcome).__name__)

    async def _check(self, task: Task) -> None:
        if self._gate.shut:
            return
        try:
            found = await self._provider.look_up(task.message_id)
        except Unreachable:
            self._metrics.provider_errors.labels(self._provider.name, "look-up").inc()
            self._gate.shut = True
            return
        await record.finding(self._executor, task, found)

    async def _recover(self) -> None:
        with contextlib.suppress(Unavailable):  # their deadlines remain
            await recover(self._executor, self._to_do, self._longest_call)


def _kind(outcome: Outcome) -> str:
    if isinstance(outcome, Taken):
        return "taken"
    if isinstance(outcome, NoAnswer):
        return "no-answer"
    return "unreachable" if outcome.unreachable else "refused"
