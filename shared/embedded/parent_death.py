"""Children that end when we do, even when we are ended by kill -9."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1


def die_with_parent(sign: signal.Signals) -> Callable[[], None] | None:
    """What a forked child has to do before exec so that the kernel signals it on our death; None where there is no way.

    Only already resolved C calls run there, so a lock that another thread held at the fork cannot block it. The signal
    goes out when the *thread* that forked ends; that is the event loop's thread, which lives as long as the stack.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()
    number = int(sign)

    def before_exec() -> None:
        prctl(_PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # we died between fork and prctl: nobody is left to signal it
            os._exit(1)

    return before_exec
