"""Exit status 0 when `/readyz` (or another path) on a port of this container is green. `healthcheck.py [PORT] [PATH]`

A bare socket: this runs every few seconds in every container, and loading an HTTP library would cost more than asking.
"""

import os
import socket
import sys

PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
PATH = sys.argv[2] if len(sys.argv) > 2 else "/readyz"

try:
    with socket.create_connection(("127.0.0.1", PORT), timeout=4) as plain:
        connection = plain
        if os.environ.get("YANZHEN_HTTP_CERTIFICATE_FILE"):
            import ssl  # only where it is needed: it takes longer to load than all the rest

            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            # Who answers here is this container, whatever name its certificate bears.
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            connection = context.wrap_socket(plain)
        connection.sendall(f"GET {PATH} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
except OSError as error:
    sys.exit(f"nobody answers on port {PORT} ({error.strerror or type(error).__name__})")
status = answer.split(b"\r\n", 1)[0].decode("ascii", "replace")
if " 200 " not in f"{status} ":
    # Docker keeps this in the container's health log, where an operator looks first.
    body = answer.partition(b"\r\n\r\n")[2][:1000].decode("utf-8", "replace")
    sys.exit(f"{status}: {body}")
