"""A small hub that remembers what it was sent, and can be down, slow, deaf or mad."""

import json
import queue
import socket
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "kiosk-token"


class FakeHub:
    """Speaks contract B for one kiosk; `events` holds each accepted event once, by id."""

    def __init__(self) -> None:
        self.events: dict[str, dict[str, Any]] = {}
        self.posts: list[list[str]] = []
        """Kinds in each POST, in order of arrival."""
        self.contradictions: list[str] = []
        """Ids that came again with another content."""
        self.presence: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.last_event_ids: list[str | None] = []
        self.progress: dict[str, dict[str, Any]] = {}
        self.mad = False
        """Answers with what is no JSON."""
        self.deaf = False
        """Stores an event and hangs up without an answer."""
        self.streams = True
        """Offers the stream of replies."""
        self.hold = threading.Event()
        """Answers to events wait for this."""
        self.hold.set()
        self.got_event = threading.Event()
        self._seq = 0
        self._written: list[tuple[int, bytes]] = []
        self._listeners: list[queue.Queue[bytes | None]] = []
        self._server: ThreadingHTTPServer | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "FakeHub":
        self.up()
        return self

    def __exit__(self, *_: object) -> None:
        self.hold.set()
        self.down()
        assert self.contradictions == []

    def up(self) -> None:
        handler = type("Handler", (_Handler,), {"hub": self})
        self._server = _Server(("127.0.0.1", self.port), handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def down(self) -> None:
        if self._server is None:
            return
        server, self._server = self._server, None
        server.shutdown()
        server.server_close()
        self.drop_streams()
        server.drop_connections()

    def drop_streams(self) -> None:
        for listener in self._listeners:
            listener.put(None)
        self._listeners.clear()

    def say(self, event: str, stage: str, by: str | None = None, text: str = "") -> None:
        """A reply, as the stream carries it."""
        self._seq += 1
        now = datetime.now(UTC)
        reply = {
            "seq": self._seq,
            "device": "kiosk-window",
            "event": event,
            "stage": stage,
            "by": by,
            "text": text,
            "at": now.isoformat(),
            "expires_at": (now + timedelta(minutes=5)).isoformat(),
        }
        self.say_raw(json.dumps(reply))

    def say_raw(self, data: str) -> None:
        block = f"id: {self._seq}\r\nevent: reply\r\ndata: {data}\r\n\r\n".encode()
        self._written.append((self._seq, block))
        for listener in self._listeners:
            listener.put(block)

    def kinds(self) -> list[str]:
        return [event["kind"] for event in self.events.values()]

    def listen(self, last: str | None) -> "queue.Queue[bytes | None]":
        self.last_event_ids.append(last)
        listener: queue.Queue[bytes | None] = queue.Queue()
        for seq, block in self._written:
            if seq > int(last or 0):
                listener.put(block)
        self._listeners.append(listener)
        return listener

    def take(self, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        self.posts.append([item["kind"] for item in items])
        results = []
        for index, item in enumerate(items):
            known = self.events.get(item["id"])
            if known not in (None, item):
                self.contradictions.append(item["id"])
            self.events[item["id"]] = item
            status = "duplicate" if known else "accepted"
            results.append(
                {"index": index, "device": item["device"], "id": item["id"], "status": status}
            )
        self.got_event.set()
        return results


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, *args: Any) -> None:
        self.connections: set[socket.socket] = set()
        super().__init__(*args)

    def handle_error(self, *_: object) -> None:
        """A kiosk that hung up is no error here."""

    def drop_connections(self) -> None:
        for connection in list(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: FakeHub
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        self.server.connections.discard(self.connection)
        super().finish()

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            self.answer(401, {"title": "口令不对", "status": 401})
        elif self.path == "/v1/presence":
            self.hub.presence.append(body)
            self.answer(204, None)
        else:
            results = self.hub.take(body if isinstance(body, list) else [body])
            self.hub.hold.wait()
            if self.hub.deaf:
                self.close_connection = True
            else:
                self.answer(200, {"results": results})

    def do_GET(self) -> None:
        if self.path == "/v1/replies":
            self.stream()
            return
        event = self.path.rsplit("/", 1)[1]
        self.hub.asked.append(event)
        known = self.hub.progress.get(event)
        self.answer(200 if known else 404, known or {"title": "没有这个求助", "status": 404})

    def answer(self, status: int, body: Any) -> None:
        data = b"" if body is None else json.dumps(body).encode()
        if self.hub.mad:
            data = b"<html>\xff not JSON</html>"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(0 if status == 204 else len(data)))
        self.end_headers()
        if status != 204:
            self.wfile.write(data)

    def stream(self) -> None:
        if not self.hub.streams:
            self.answer(503, {"title": "请稍后再试", "status": 503})
            return
        listener = self.hub.listen(self.headers["Last-Event-ID"])
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b": ping\r\n\r\n")
        self.close_connection = True
        while (block := listener.get()) is not None:
            try:
                self.wfile.write(block)
            except OSError:
                return

    def log_message(self, *_: object) -> None:
        """Say nothing."""
