"""An event loop without a world: time is a number, the order of tasks comes from a seed, and there is nothing outside.

Whatever runs belongs to a `Machine` (a process of a service) or to the world (operators, providers, faults). A machine
that dies is not told: its tasks are never run again, no `finally`, no `except CancelledError`, as with kill -9.
"""

import asyncio
import contextlib
import contextvars
import heapq
import itertools
import random
from asyncio import events
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from tests.simulation.machine import MACHINE, Kept, Machine

R = TypeVar("R")

MOST_STEPS_AT_ONCE = 400_000
"""Steps without time passing after which something is spinning."""
MOST_STEPS_A_DAY = 250_000
"""The same for what spins slowly: on average, after the first ten days. A busy day has some ten thousand."""


class RealWorld(RuntimeError):
    """Something tried to leave the simulation: a socket, a thread, a subprocess."""


class Stuck(AssertionError):
    """Nothing can ever happen again, or the same instant never ends."""


class Handle:
    __slots__ = ("args", "callback", "cancelled_", "context", "due", "machine")

    def __init__(
        self, due: float, callback: Callable[..., object], args: tuple[Any, ...], context: contextvars.Context
    ) -> None:
        self.due = due
        self.callback = callback
        self.args = args
        self.context = context
        self.machine: Machine | None = context.get(MACHINE)
        self.cancelled_ = False

    def cancel(self) -> None:
        self.cancelled_ = True

    def cancelled(self) -> bool:
        return self.cancelled_

    def when(self) -> float:
        return self.due


class SimulatedLoop(asyncio.AbstractEventLoop):
    """Steps come in an order drawn from `rng`; time moves only when nobody has anything to do now."""

    def __init__(self, rng: random.Random) -> None:
        self._random = rng.random
        self._now = 0.0
        self._ready: list[Handle] = []
        self._timers: list[tuple[float, int, Handle]] = []
        self._count = itertools.count()
        self._world_tasks = Kept()
        self._stopping = False
        self._closed = False
        self._running = False
        self.dead: list[Machine] = []
        self.steps = 0

    # -- what asyncio asks of a loop ----------------------------------------------------------------------------

    def time(self) -> float:
        return self._now

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> Handle:
        handle = Handle(self._now, callback, args, contextvars.copy_context() if context is None else context)
        self._ready.append(handle)
        return handle

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> Handle:
        handle = Handle(when, callback, args, contextvars.copy_context() if context is None else context)
        heapq.heappush(self._timers, (when, next(self._count), handle))
        return handle

    def call_later(  # type: ignore[override]
        self, delay: float, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> Handle:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def create_future(self) -> "asyncio.Future[Any]":
        return asyncio.Future(loop=self)

    def create_task(
        self,
        coro: Coroutine[Any, Any, R],  # type: ignore[override]
        *,
        name: str | None = None,
        context: contextvars.Context | None = None,
    ) -> "asyncio.Task[R]":
        context = contextvars.copy_context() if context is None else context
        task = asyncio.Task(coro, loop=self, name=name, context=context)
        machine = context.get(MACHINE)
        kept = self._world_tasks if machine is None else machine.tasks
        kept.add(task, context)
        return task

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return self._running

    def is_closed(self) -> bool:
        return self._closed

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Said of tasks that nobody asked about. Who matters is watched by its host."""

    def stop(self) -> None:
        """End the run after the present step."""
        self._stopping = True

    # -- running ------------------------------------------------------------------------------------------------

    def make_ready(self, handles: list[Handle]) -> None:
        """Put steps back that were held up."""
        self._ready.extend(handles)

    def run(self, main: Coroutine[Any, Any, R]) -> R | None:
        """Run until `main` is done, or `stop`: then None. Raises what `main` raises, or `Stuck`."""
        events._set_running_loop(self)
        self._running = True
        try:
            task = self.create_task(main, name="main", context=contextvars.Context())
            while True:
                self._turn()
                if task.done() or self._stopping:
                    break
                self._advance()
            return task.result() if task.done() else None
        finally:
            self._running = False
            events._set_running_loop(None)

    def _turn(self) -> None:
        """Everything that happens at one instant."""
        ready, random_ = self._ready, self._random
        at_once = 0
        while ready and not self._stopping:
            at_once += 1
            if at_once > MOST_STEPS_AT_ONCE:
                raise Stuck(f"time stands still: over {MOST_STEPS_AT_ONCE} steps at {self._now:.3f} s")
            size = len(ready)
            if size == 1:
                handle = ready.pop()
            else:
                at = int(random_() * size)
                handle = ready[at]
                ready[at] = ready[-1]
                ready.pop()
            if handle.cancelled_:
                continue
            machine = handle.machine
            if machine is not None:
                if not machine.alive:
                    continue
                if machine.frozen is not None:
                    machine.frozen.append(handle)
                    continue
            handle.context.run(handle.callback, *handle.args)
            if machine is not None and machine.steps_to_live is not None:
                machine.steps_to_live -= 1
                if machine.steps_to_live < 0:
                    machine.kill()
        self.steps += at_once
        if self.steps > MOST_STEPS_A_DAY * (10 + self._now / 86400):
            raise Stuck(
                f"something is busy without getting anywhere: {self.steps:,} steps by {self._now / 86400:.1f} d"
            )

    def _advance(self) -> None:
        timers = self._timers
        while timers and timers[0][2].cancelled_:
            heapq.heappop(timers)
        if not timers:
            raise Stuck(f"nobody waits for anything at {self._now:.3f} s")
        self._now = max(self._now, timers[0][0])
        while timers and timers[0][0] <= self._now:
            self._ready.append(heapq.heappop(timers)[2])

    def close(self) -> None:
        """Let go of everything that still waits, without a sound."""
        self._closed = True
        self._ready.clear()
        self._timers.clear()
        for tasks in [self._world_tasks, *(machine.tasks for machine in self.dead)]:
            tasks.bury()

    def bury(self, machine: Machine) -> None:
        """Let go of a machine that is still alive."""
        machine.alive = False
        machine.tasks.bury()


def _refuse(name: str) -> Callable[..., Any]:
    def refused(self: SimulatedLoop, *_: Any, **__: Any) -> Any:
        raise RealWorld(f"{name} would leave the simulation")

    return refused


_OUTSIDE = (
    "run_in_executor", "getaddrinfo", "getnameinfo", "create_connection", "create_server", "start_tls", "sendfile",
    "create_unix_connection", "create_unix_server", "connect_accepted_socket", "create_datagram_endpoint",
    "connect_read_pipe", "connect_write_pipe", "subprocess_shell", "subprocess_exec", "add_reader", "add_writer",
    "sock_recv", "sock_recv_into", "sock_recvfrom", "sock_sendall", "sock_sendto", "sock_connect", "sock_accept",
    "add_signal_handler", "call_soon_threadsafe", "set_default_executor",
)  # fmt: skip
for _name in _OUTSIDE:
    setattr(SimulatedLoop, _name, _refuse(_name))


@contextlib.contextmanager
def closing(loop: SimulatedLoop) -> Any:
    """Close the loop at the end, whatever happened."""
    try:
        yield loop
    finally:
        loop.close()
