"""What dies together: a process of a service, and everything that runs in it."""

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from tests.simulation.loop import Handle, SimulatedLoop

R = TypeVar("R")

MACHINE: contextvars.ContextVar["Machine | None"] = contextvars.ContextVar("machine", default=None)


def machine_here() -> "Machine | None":
    """The machine whose code is running; None in the world."""
    return MACHINE.get()


class Machine:
    """One process: what dies together. A restart is another machine."""

    def __init__(self, loop: "SimulatedLoop", name: str) -> None:
        self.loop = loop
        self.name = name
        self.alive = True
        self.steps_to_live: int | None = None
        self.frozen: list[Handle] | None = None
        self.on_death: list[Callable[[], None]] = []
        self.context = contextvars.copy_context()
        self.context.run(MACHINE.set, self)
        self.tasks = Kept()

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


class Kept:
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
