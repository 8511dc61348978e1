"""A small hub that remembers: takes events and readings once, serves roster, presence, replies."""

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

from tests.device_gateway.times import now

TOKEN = "gateway-token"


def listed(*devices: str, interval_s: int = 300) -> list[dict[str, Any]]:
    """Roster lines of devices that speak our own format."""
    return [
        {"device": one, "protocol": "own_mqtt", "address": one, "interval_s": interval_s}
        for one in devices
    ]


@dataclass
class FakeHub:
    """Listens on the same port at every start; what it remembers survives its stops."""

    roster: list[dict[str, Any]] = field(default_factory=lambda: listed("pendant-1", "band-1"))
    events: list[dict[str, Any]] = field(default_factory=list)
    readings: list[dict[str, Any]] = field(default_factory=list)
    presences: list[dict[str, Any]] = field(default_factory=list)
    replies: list[dict[str, Any]] = field(default_factory=list)
    followed_from: list[str | None] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    silent: bool = False
    """Takes connections and never answers on them."""
    broken: bool = False
    """Answers 503 to everything."""
    poison: str | None = None
    """A body that holds this text is refused as a whole."""
    refused: dict[str, str] = field(default_factory=dict)
    """Items refused by id, with their reason."""
    reading_s: float = 0
    """How long a batch of readings takes."""
    port: int = 0

    def __post_init__(self) -> None:
        self.changed = threading.Condition()
        self._known: set[tuple[str, str, str]] = set()
        self._server: _Server | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def event_ids(self) -> list[str]:
        return [event["id"] for event in self.events]

    def start(self) -> None:
        server = _Server(("127.0.0.1", self.port), _Handler)
        server.hub = self
        self.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        self._server = server

    def stop(self) -> None:
        if self._server is not None:
            self._server.end()
            self._server = None

    def reply(self, device: str, event: str, stage: str, expires_s: float = 600) -> dict[str, Any]:
        """Put a line into the stream of replies."""
        with self.changed:
            line = {
                "seq": len(self.replies) + 1,
                "device": device,
                "event": event,
                "stage": stage,
                "by": None,
                "text": "张社工已受理",
                "at": now().isoformat(),
                "expires_at": (now() + timedelta(seconds=expires_s)).isoformat(),
            }
            self.replies.append(line)
            self.changed.notify_all()
        return line

    def take(self, path: str, items: list[dict[str, Any]]) -> dict[str, Any]:
        is_event = path == "/v1/events"
        time.sleep(0 if is_event else self.reading_s)
        kept = self.events if is_event else self.readings
        with self.changed:
            return {"results": [self._one(i, item, path, kept) for i, item in enumerate(items)]}

    def _one(
        self, index: int, item: dict[str, Any], path: str, kept: list[dict[str, Any]]
    ) -> dict[str, Any]:
        key = (path, item["device"], item["id"])
        reason = self.refused.get(item["id"])
        status = "refused" if reason else "duplicate" if key in self._known else "accepted"
        if status == "accepted":
            self._known.add(key)
            kept.append(item)
        return {
            "index": index,
            "device": item["device"],
            "id": item["id"],
            "status": status,
            "reason": reason,
        }


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    hub: FakeHub

    def __init__(self, *args: Any) -> None:
        self.lines: set[socket.socket] = set()
        self.ended = threading.Event()
        super().__init__(*args)

    def end(self) -> None:
        self.ended.set()
        self.shutdown()
        self.server_close()
        for line in list(self.lines):
            try:
                line.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        self.server.lines.add(self.request)
        super().setup()

    def finish(self) -> None:
        self.server.lines.discard(self.request)
        try:
            super().finish()
        except OSError:
            return

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            return

    def do_GET(self) -> None:
        hub = self._may_answer()
        if hub is None:
            return
        if self.path == "/v1/roster":
            self._roster(hub)
        else:
            self._stream(hub)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        hub = self._may_answer()
        if hub is None:
            return
        if hub.poison is not None and hub.poison.encode() in body:
            self._answer(400, b"{}")
        elif self.path == "/v1/presence":
            with hub.changed:
                hub.presences.append(orjson.loads(body))
            self._answer(204, b"")
        else:
            self._answer(200, orjson.dumps(hub.take(self.path, orjson.loads(body))))

    def log_message(self, *_: Any) -> None:
        """Quiet."""

    def _may_answer(self) -> FakeHub | None:
        hub = self.server.hub
        hub.asked.append(f"{self.command} {self.path}")
        if hub.silent:
            while hub.silent and not self.server.ended.wait(0.02):
                pass
            self.close_connection = True
            return None
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            self._answer(401, b"{}")
            return None
        if hub.broken:
            self._answer(503, b"{}")
            return None
        return hub

    def _roster(self, hub: FakeHub) -> None:
        body = orjson.dumps({"source": "gateway-main", "devices": hub.roster})
        etag = f'"{hash(body)}"'
        if self.headers["If-None-Match"] == etag:
            self._answer(304, b"")
        else:
            self._answer(200, body, etag)

    def _stream(self, hub: FakeHub) -> None:
        last = self.headers["Last-Event-ID"]
        hub.followed_from.append(last)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        at = int(last or 0)
        self.wfile.write(b": hello\n\n")
        while not self.server.ended.is_set() and not hub.silent:
            with hub.changed:
                fresh = hub.replies[at:] or (hub.changed.wait(0.05) and hub.replies[at:]) or []
            for line in fresh:
                at = line["seq"]
                self.wfile.write(b"id: %d\ndata: %s\n\n" % (at, orjson.dumps(line)))
            self.wfile.flush()

    def _answer(self, status: int, body: bytes, etag: str | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if etag:
            self.send_header("ETag", etag)
        self.end_headers()
        self.wfile.write(body)


def eventually(holds: Callable[[], Any], seconds: float = 10.0) -> Any:
    """Wait until it holds; what it gave. Fails where it never does."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.01)
    return found
