"""Stand-in for testcontainers/ryuk: removes what a test session labelled, once the session's socket is gone.

Protocol: the client opens TCP 8080 and sends lines of '&'-joined docker filters ("label=k=v"); each is answered "ACK".
When no client has been connected for RYUK_RECONNECTION_TIMEOUT, everything that matches is removed and the process ends.
"""

import contextlib
import http.client
import json
import os
import re
import socket
import sys
import threading
import time
import urllib.parse
from typing import Any

UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}
Filters = dict[str, list[str]]


class Docker(http.client.HTTPConnection):
    """The engine's API on its socket."""

    def __init__(self) -> None:
        super().__init__("localhost", timeout=60)

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect("/var/run/docker.sock")


def call(method: str, path: str, **query: str) -> Any:
    """The answer's JSON; None for a refusal, since what is gone already needs no removing."""
    connection = Docker()
    try:
        connection.request(method, path + ("?" + urllib.parse.urlencode(query) if query else ""))
        answer = connection.getresponse()
        body = answer.read()
        return json.loads(body) if body and answer.status < 300 else None
    finally:
        connection.close()


def seconds(text: str) -> float:
    """`1m30s` as a number."""
    return sum(float(number) * UNITS[unit] for number, unit in re.findall(r"([\d.]+)(ms|s|m|h)", text))


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Reaper:
    """Who is connected, since when nobody is, and what is theirs."""

    def __init__(self, grace: float, first: float) -> None:
        self._grace = grace
        self._first = first
        self._filters: list[Filters] = []
        self._clients = 0
        self._lock = threading.Lock()
        self._last_seen = time.monotonic()

    @property
    def done(self) -> bool:
        """Whether nobody has been here for long enough; the first client may take longer to come."""
        with self._lock:
            patience = self._grace if self._filters else self._first
            return not self._clients and time.monotonic() - self._last_seen > patience

    def serve(self, connection: socket.socket) -> None:
        """Take one client's filters for as long as it is connected."""
        with self._lock:
            self._clients += 1
        with contextlib.suppress(OSError), connection:
            for line in connection.makefile("rb"):
                self._add(line.decode().strip())
                connection.sendall(b"ACK\n")
        with self._lock:
            self._clients -= 1
            self._last_seen = time.monotonic()

    def prune(self) -> None:
        """Remove containers first: networks and volumes in use cannot be."""
        for filters in self._filters:
            asked = json.dumps(filters)
            for one in call("GET", "/containers/json", all="1", filters=asked) or []:
                if "testcontainers/ryuk" not in one["Image"]:
                    call("DELETE", f"/containers/{one['Id']}", force="1", v="1")
            for one in call("GET", "/networks", filters=asked) or []:
                call("DELETE", f"/networks/{one['Id']}")
            for one in (call("GET", "/volumes", filters=asked) or {}).get("Volumes") or []:
                call("DELETE", f"/volumes/{one['Name']}", force="1")
            for one in call("GET", "/images/json", filters=asked) or []:
                call("DELETE", f"/images/{one['Id']}", force="1")
            say(f"removed what matched {asked}")

    def _add(self, line: str) -> None:
        found: Filters = {}
        for part in filter(None, line.split("&")):
            key, _, value = part.partition("=")
            found.setdefault(urllib.parse.unquote(key), []).append(urllib.parse.unquote(value))
        with self._lock:
            if found and found not in self._filters:
                self._filters.append(found)
                say(f"adding {found}")


def main() -> None:
    """Listen until nobody is there any more, then clean up."""
    environment = os.environ
    reaper = Reaper(
        seconds(environment.get("RYUK_RECONNECTION_TIMEOUT", "10s")),
        seconds(environment.get("RYUK_CONNECTION_TIMEOUT", "60s")),
    )
    listening = socket.create_server(("", int(environment.get("RYUK_PORT", "8080"))))
    listening.settimeout(0.5)
    say(f"{time.strftime('%Y/%m/%d %H:%M:%S')} Started!")  # what clients wait for in the log
    while not reaper.done:
        with contextlib.suppress(TimeoutError):
            connection, _ = listening.accept()
            connection.settimeout(None)
            threading.Thread(target=reaper.serve, args=(connection,), daemon=True).start()
    reaper.prune()


main()
