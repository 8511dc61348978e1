"""The hub's own MQTT connection, driven by the event loop: a publish needs no other thread.

MQTT 5, because only there the broker says when it refused a message or nobody listens.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

log = logging.getLogger(__name__)

KEEPALIVE_S = 5
CONNECT_S = 5.0
TICK_S = 1.0
SHORTEST_WAIT_S = 0.2
LONGEST_WAIT_S = 5.0


@dataclass(frozen=True)
class Broker:
    """Where the broker listens and who the hub is there."""

    host: str = "127.0.0.1"
    port: int = 8183
    user: str = "hub"
    password: str = ""


Settled = Callable[[int, int | None], None]
"""Called with a tag and the broker's reason code for it; None when the connection was lost."""


class BrokerLink:
    """One connection that comes back by itself. All methods belong to the event loop's thread."""

    def __init__(self, broker: Broker, settled: Settled) -> None:
        """Nothing is opened before `start`."""
        self._broker = broker
        self._settled = settled
        self._client: mqtt.Client | None = None
        self._watched: socket.socket | None = None
        self._tags: dict[int, int] = {}
        self._task: asyncio.Task[None] | None = None
        self._accepted = asyncio.Event()
        self._lost = asyncio.Event()
        self._complained = ""

    @property
    def connected(self) -> bool:
        """The broker has accepted us and has not gone since."""
        return self._accepted.is_set() and not self._lost.is_set()

    async def start(self) -> None:
        """Connect, and stay connected, in the background."""
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(self._stay_connected(), name="siren broker")

    async def stop(self) -> None:
        """Disconnect for good."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def publish(self, topic: str, payload: str, tag: int | None = None) -> bool:
        """Write a QoS 1 message to the socket now; False when there is no connection.

        With a tag, `settled` is called once when the broker has answered or has gone.
        """
        client = self._client
        if client is None or not self.connected:
            return False
        info = client.publish(topic, payload, qos=1)
        if info.rc != mqtt.MQTT_ERR_SUCCESS:
            return False
        if tag is not None:
            self._tags[info.mid] = tag
        self._watch_writable()
        return True

    async def _stay_connected(self) -> None:
        wait = SHORTEST_WAIT_S
        while True:
            try:
                await self._one_connection()
                wait = SHORTEST_WAIT_S
            except (OSError, TimeoutError, ValueError) as why:
                self._complain(f"{type(why).__name__}: {why}")
                wait = min(wait * 2, LONGEST_WAIT_S)
            await asyncio.sleep(wait)

    async def _one_connection(self) -> None:
        """Connect and return when the connection is lost; raises where there never was one."""
        self._accepted.clear()
        self._lost.clear()
        client = self._client = self._new_client()
        try:
            await asyncio.to_thread(
                client.connect, self._broker.host, self._broker.port, KEEPALIVE_S
            )
            self._watch_readable(client)
            async with asyncio.timeout(CONNECT_S):
                await self._accepted.wait()
            if self.connected:
                self._complained = ""
                log.info("connected to the broker as %s", self._broker.user)
            while not self._lost.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._lost.wait(), TICK_S)
                client.loop_misc()
        finally:
            self._client = None
            client.disconnect()
            self._unwatch()
            self._lose_tags()

    def _new_client(self) -> mqtt.Client:
        """A fresh one for each connection, so that no old message rings after an absence."""
        client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        client.username_pw_set(self._broker.user, self._broker.password)
        client.connect_timeout = CONNECT_S
        client.on_socket_open = _send_at_once
        client.on_socket_close = self._on_socket_close
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        return client

    def _on_connect(
        self, client: mqtt.Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any
    ) -> None:
        if reason.is_failure:
            self._complain(f"the broker refused us: {reason}")
            self._lost.set()
        self._accepted.set()

    def _on_disconnect(
        self, client: mqtt.Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any
    ) -> None:
        if self._client is client and self.connected:
            self._complain(f"connection lost: {reason}")
        self._loop.call_soon_threadsafe(self._lost.set)
        self._loop.call_soon_threadsafe(self._accepted.set)

    def _on_publish(
        self, _client: mqtt.Client, _data: Any, mid: int, reason: ReasonCode, _properties: Any
    ) -> None:
        tag = self._tags.pop(mid, None)
        if tag is not None:
            self._loop.call_soon(self._settled, tag, reason.value)

    def _watch_readable(self, client: mqtt.Client) -> None:
        sock = client.socket()
        if not isinstance(sock, socket.socket):
            raise ConnectionError("lost while connecting")
        self._watched = sock
        self._loop.add_reader(sock, client.loop_read)
        self._watch_writable()

    def _watch_writable(self) -> None:
        """Let the loop write what the socket did not take at once."""
        client, sock = self._client, self._watched
        if client is not None and sock is not None and client.want_write():
            self._loop.add_writer(sock, self._write_rest)

    def _write_rest(self) -> None:
        client, sock = self._client, self._watched
        if client is not None:
            client.loop_write()
            if sock is not None and not client.want_write():
                self._loop.remove_writer(sock)

    def _on_socket_close(self, _client: mqtt.Client, _data: Any, sock: Any) -> None:
        if sock is self._watched:
            self._unwatch()

    def _unwatch(self) -> None:
        if self._watched is not None and self._watched.fileno() >= 0:
            self._loop.remove_reader(self._watched)
            self._loop.remove_writer(self._watched)
        self._watched = None

    def _lose_tags(self) -> None:
        lost, self._tags = self._tags, {}
        for tag in lost.values():
            self._loop.call_soon(self._settled, tag, None)

    def _complain(self, why: str) -> None:
        """Log a trouble once, not at every attempt."""
        if why != self._complained:
            log.warning("broker %s:%d: %s", self._broker.host, self._broker.port, why)
        self._complained = why


def _send_at_once(_client: mqtt.Client, _data: Any, sock: Any) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
