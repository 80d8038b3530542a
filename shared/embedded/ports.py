"""Loopback ports for the children: the same ones again after a restart, never one that another stack uses."""

import random
import socket
import sys
from collections.abc import Mapping

from shared.kernel.errors import Unavailable

LOOPBACK = "127.0.0.1"
# Below the ephemeral range of Linux and macOS: no outgoing connection can take a port between our check and the
# child's bind, or while a child is being restarted.
_RANGE = range(20_000, 30_000)
_TRIES = 500


class Ports:
    """The ports of one stack, held from `take` to `release`.

    A port is held twice over: it must be free to bind, and its number is claimed as an abstract unix socket. The claim
    closes the gap between looking and the child's own bind, in which a second stack could be given the same number. It
    lives in the network namespace, as ports do, and vanishes with this process, however it ends.
    """

    def __init__(self, remembered: Mapping[str, int] | None = None) -> None:
        self._wanted = dict(remembered or {})
        self._claims: list[socket.socket] = []
        self._random = random.SystemRandom()
        self.taken: dict[str, int] = {}

    def take(self, name: str) -> int:
        """The port of that name: the one of the last run if it is free, otherwise a new one.

        Raises `Unavailable` (`no-free-port`) when none is left.
        """
        if name in self.taken:
            return self.taken[name]
        remembered = self._wanted.get(name)
        candidates = [] if remembered is None else [remembered]
        candidates += self._random.sample(_RANGE, _TRIES)
        for port in candidates:
            if self._claim(port):
                self.taken[name] = port
                return port
        raise Unavailable(
            "no-free-port",
            f"no free loopback port between {_RANGE.start} and {_RANGE.stop - 1}",
            remedy="stop programs that are not needed and start again",
        )

    def release(self) -> None:
        """Give all ports back, once the children are gone."""
        for claim in self._claims:
            claim.close()
        self._claims.clear()
        self.taken.clear()

    def _claim(self, port: int) -> bool:
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            if sys.platform == "linux":  # elsewhere there are no abstract sockets, and only the bind below decides
                claim.bind(f"\0yanzhen-port-{port}")
            if not is_free(port):
                claim.close()
                return False
        except OSError:
            claim.close()
            return False
        self._claims.append(claim)
        return True


def is_free(port: int) -> bool:
    """Whether a server could listen on that loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the servers do: a port whose last connections are in TIME_WAIT is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
