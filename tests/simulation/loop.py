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

R = TypeVar("R")

MOST_STEPS_AT_ONCE = 400_000
"""Steps without time passing after which something is spinning."""
MOST_STEPS_A_DAY = 250_000
"""The same for what spins slowly: on average, after the first ten days. A busy day has some ten thousand."""

_machine: contextvars.ContextVar["Machine | None"] = contextvars.ContextVar("machine", default=None)


class RealWorld(RuntimeError):
    """Something tried to leave the simulation: a socket, a thread, a subprocess."""


class Stuck(AssertionError):
    """Nothing can ever happen again, or the same instant never ends."""


def machine_here() -> "Machine | None":
    """The machine whose code is running; None in the world."""
    return _machine.get()


class Machine:
    """One process: what dies together. A restart is another machine."""

    def __init__(self, loop: "SimulatedLoop", name: str) -> None:
        self.loop = loop
        self.name = name
        self.alive = True
        self.steps_to_live: int | None = None
        self.frozen: list[_Handle] | None = None
        self.on_death: list[Callable[[], None]] = []
        self.context = contextvars.copy_context()
        self.context.run(_machine.set, self)
        self.tasks = _Kept()

    def spawn(self, coroutine: Coroutine[Any, Any, R], name: str) -> "asyncio.Task[R]":
        """Run something as part of this machine."""
        return self.loop.create_task(coroutine, name=name, context=self.context.copy())

    def kill(self) -> None:
        """Power off. What waited for an answer from here learns of it; what ran here does not."""
        if not self.alive:
            return
        self.alive = False
        self.frozen = None
        self.loop.dead.append(self)
        for told in self.on_death:
            told()

    def kill_after(self, steps: int) -> None:
        """Power off after that many more steps of its tasks: between any two awaits."""
        self.steps_to_live = steps

    def freeze(self, seconds: float) -> None:
        """Stop without noticing (a suspended VM, a long pause) and go on later."""
        if self.alive and self.frozen is None:
            self.frozen = []
            self.loop.call_later(seconds, self._thaw, context=contextvars.Context())

    def _thaw(self) -> None:
        waiting, self.frozen = self.frozen, None
        if self.alive and waiting:
            self.loop.make_ready(waiting)


class _Kept:
    """Tasks that are not done. One that nobody holds would be destroyed, and its `finally` run: the dead must stay as
    they were.
    """

    def __init__(self) -> None:
        self._tasks: list[tuple[asyncio.Task[Any], contextvars.Context]] = []
        self._tidy_at = 64

    def add(self, task: "asyncio.Task[Any]", context: contextvars.Context) -> None:
        self._tasks.append((task, context))
        if len(self._tasks) > self._tidy_at:
            self._tasks = [one for one in self._tasks if not one[0].done()]
            self._tidy_at = 2 * len(self._tasks) + 64

    def bury(self) -> None:
        """Let go of them without a sound."""
        for task, context in self._tasks:
            if not task.done():
                context.run(_bury, task)
        self._tasks.clear()


class _Handle:
    __slots__ = ("args", "callback", "cancelled_", "context", "due", "machine")

    def __init__(
        self, due: float, callback: Callable[..., object], args: tuple[Any, ...], context: contextvars.Context
    ) -> None:
        self.due = due
        self.callback = callback
        self.args = args
        self.context = context
        self.machine: Machine | None = context.get(_machine)
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
        self._ready: list[_Handle] = []
        self._timers: list[tuple[float, int, _Handle]] = []
        self._count = itertools.count()
        self._world_tasks = _Kept()
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
    ) -> _Handle:
        handle = _Handle(self._now, callback, args, contextvars.copy_context() if context is None else context)
        self._ready.append(handle)
        return handle

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> _Handle:
        handle = _Handle(when, callback, args, contextvars.copy_context() if context is None else context)
        heapq.heappush(self._timers, (when, next(self._count), handle))
        return handle

    def call_later(  # type: ignore[override]
        self, delay: float, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> _Handle:
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
        machine = context.get(_machine)
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

    def make_ready(self, handles: list[_Handle]) -> None:
        """Put steps back that were held up."""
        self._ready.extend(handles)

    def run(self, main: Coroutine[Any, Any, R]) -> R | None:
        """Run until `main` is done, or `stop`: then None. Raises what `main` raises, or `Stuck`."""
        events._set_running_loop(self)
        self._running = True
        try:
            task = self.create_task(main, name="main", context=contextvars.Context())
            while not task.done() and not self._stopping:
                self._turn()
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
            raise Stuck(f"something is busy without getting anywhere: {self.steps:,} steps by {self._now / 86400:.1f} d")
        if not self._stopping:
            self._advance()

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


def _bury(task: "asyncio.Task[Any]") -> None:
    task._log_destroy_pending = False  # type: ignore[attr-defined]
    coroutine: Any = task.get_coro()
    for _ in range(8):  # a `finally` that awaits has to be asked again
        try:
            coroutine.close()
        except RuntimeError:
            continue
        except BaseException:
            pass
        break


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
