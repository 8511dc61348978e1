"""A stand-in chat service: takes what is posted, remembers it, and can fail, be slow or hang up."""

import argparse
import json
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from simulators.trouble import CannotRun

LONGEST_BODY = 1024 * 1024
SUCCESS = '{"errcode": 0, "errmsg": "ok"}'
"""What DingTalk and WeCom robots answer when they took a message."""


@dataclass(frozen=True, slots=True)
class Received:
    """One request; header names in lower case."""

    at: datetime
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Mood:
    """How a request is answered."""

    status: int = 200
    body: str = SUCCESS
    delay_s: float = 0.0
    hang_up: bool = False
    """Close the connection without an answer."""


class WebhookReceiver:
    """A service on a port of this machine; a context manager."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        mood: Mood | None = None,
        tell: Callable[[Received], None] | None = None,
    ) -> None:
        """A service that listens after `start`; port 0 takes a free one."""
        self.received: list[Received] = []
        self.mood = mood or Mood()
        self._address = (host, port)
        self._tell = tell
        self._next: deque[Mood] = deque()
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where to post to; any path is taken."""
        if self._server is None:
            raise RuntimeError("the receiver is not started")
        host, port = self._server.server_address[:2]
        return f"http://{host if isinstance(host, str) else host.decode()}:{port}/hook"

    def then(self, *moods: Mood) -> None:
        """Answer the next requests so, one each; afterwards `mood` again."""
        with self._changed:
            self._next.extend(moods)

    def wait_for(self, count: int, timeout_s: float = 10.0) -> list[Received]:
        """The requests, once there are so many; raises TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.received) >= count, timeout_s):
                raise TimeoutError(f"{len(self.received)} of {count} requests came")
            return list(self.received)

    def start(self) -> Self:
        """Listen; raises CannotRun where the port is taken."""
        handler = type("Handler", (_Handler,), {"service": self})
        try:
            self._server = _Server(self._address, handler)
        except OSError as why:
            host, port = self._address
            raise CannotRun(f"cannot listen on {host}:{port} ({why.strerror})") from None
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop listening; slow answers are cut short."""
        self._stopping.set()
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()

    def take(self, request: Received) -> Mood:
        """Remember a request; how to answer it."""
        with self._changed:
            self.received.append(request)
            mood = self._next.popleft() if self._next else self.mood
            self._changed.notify_all()
        if self._tell is not None:
            self._tell(request)
        self._stopping.wait(mood.delay_s)
        return mood

    def __enter__(self) -> Self:
        """Listen."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening."""
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False


class _Handler(BaseHTTPRequestHandler):
    service: WebhookReceiver
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        length = self.headers.get("content-length", "0")
        if "transfer-encoding" in self.headers or not length.isdigit():
            self._refuse(411)
            return
        if int(length) > LONGEST_BODY:
            self._refuse(413)
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(length))
        now = datetime.now(UTC)
        mood = self.service.take(Received(now, self.command, self.path, headers, body))
        if mood.hang_up:
            self.close_connection = True
            return
        self._answer(mood.status, mood.body)

    do_PUT = do_POST
    do_GET = do_POST

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: `received` is the log."""

    def _refuse(self, status: int) -> None:
        self.close_connection = True
        self._answer(status, "{}")

    def _answer(self, status: int, text: str) -> None:
        body = text.encode()
        try:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True  # the caller did not wait for the answer


def main(arguments: list[str]) -> int:
    """`python -m simulators webhook`; raises CannotRun."""
    chosen = _parser().parse_args(arguments)
    mood = Mood(chosen.status, chosen.answer, chosen.slow, chosen.hang_up)
    with WebhookReceiver(chosen.host, chosen.port, mood, _show) as receiver:
        print(f"chat service on {receiver.url}; Ctrl-C ends it", flush=True)
        threading.Event().wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulators webhook",
        description="A stand-in chat service. It prints one JSON line for each request it gets.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="default: %(default)s")
    parser.add_argument("--port", type=int, default=0, help="default: a free one")
    parser.add_argument("--status", type=int, default=200, help="answer with this status")
    parser.add_argument("--answer", default=SUCCESS, metavar="TEXT", help="answer with this body")
    parser.add_argument("--slow", type=float, default=0.0, metavar="S", help="wait so long first")
    parser.add_argument("--hang-up", action="store_true", help="close without an answer")
    return parser


def _show(request: Received) -> None:
    body = request.body.decode("utf-8", "replace")
    shown = {"method": request.method, "path": request.path, "headers": dict(request.headers)}
    print(json.dumps({**shown, "body": body}, ensure_ascii=False), flush=True)
