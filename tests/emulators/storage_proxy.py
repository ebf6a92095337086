"""A proxy before a storage server: it notes requests, and kills the server in the midst of one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import unquote

from emulators.storage import StorageServer


class Request(NamedTuple):
    """A request as it arrives: its path is decoded, and the body holds what was sent."""

    method: str
    path: str
    body: bytes


# Whether the server is to be killed when this request comes.
Moment = Callable[[Request], bool]
# Answers in the server's place with a status and a body, or lets the request pass.
Answer = Callable[[Request], tuple[int, bytes] | None]


class StorageProxy(ThreadingHTTPServer):
    """Passes requests on to a server.

    Attributes:
        server: The server behind.
        kill_at: The request before which the server is killed.
        share: How much of that request's body still reaches the server, from 0 to 1.
        answer: Answers some requests in the server's place.
        requests: What has come, in order.
    """

    daemon_threads = True

    def __init__(self, server: StorageServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.server = server
        self.kill_at: Moment = lambda _: False
        self.share = 0.0
        self.answer: Answer = lambda _: None
        self.requests: list[Request] = []
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        """What STORAGE_EMULATOR_HOST is to say."""
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: StorageProxy  # type: ignore[assignment]

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = Request(self.command, unquote(self.path), body)
        with self.server.lock:
            self.server.requests.append(request)
            dies = self.server.server.process is not None and self.server.kill_at(request)
            if dies:
                if self.server.share:
                    self._send_part(body[: int(len(body) * self.server.share)])
                self.server.server.kill()
        if self.server.server.process is None:
            self.close_connection = True
            return
        answer = self.server.answer(request)
        if answer is None:
            self._relay(body)
        else:
            status, content = answer
            self._reply(status, {"Content-Type": "application/json"}, content)

    def _connection(self) -> HTTPConnection:
        connection = HTTPConnection("127.0.0.1", self.server.server.port, timeout=30)
        connection.putrequest(self.command, self.path, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in {"host", "connection"}:
                connection.putheader(name, value)
        connection.endheaders()
        return connection

    def _send_part(self, part: bytes) -> None:
        self._connection().send(part)

    def _relay(self, body: bytes) -> None:
        connection = self._connection()
        if body:
            connection.send(body)
        response = connection.getresponse()
        content = response.read()
        kept = {
            name: value
            for name, value in response.getheaders()
            if name.lower() not in {"connection", "content-length", "transfer-encoding"}
        }
        connection.close()
        self._reply(response.status, kept, content)

    def _reply(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = _pass_on  # noqa: N815 - as the base class calls them


@contextmanager
def proxied(server: StorageServer) -> Iterator[StorageProxy]:
    """Run a proxy before a server."""
    with StorageProxy(server) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()
