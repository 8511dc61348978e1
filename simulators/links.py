"""A device's connection to the broker: MQTT 5 on paho, driven by the event loop, no threads of it.

One connection costs one socket and two timers, so that thousands live in one process. A connection
is never given up: the broker may die and come back. Only a login the broker refuses from the start
ends it.
"""

import asyncio
import logging
import socket
from collections.abc import Callable
from typing import Protocol, cast
from uuid import uuid4

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from simulators.chance import between, seed_of
from simulators.credentials import Broker, Login
from simulators.messages import Message
from simulators.trouble import CannotRun

log = logging.getLogger(__name__)

KEEPALIVE_S = 60
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 30.0
FAREWELL_S = 2.0
QUEUED = 1000
"""Messages a link holds for a slow broker; more are refused and counted."""
LOGIN_REFUSALS = {0x85, 0x86, 0x87, 0x8A, 0x8C}
"""Reason codes of CONNACK that trying again does not change."""


class Ear(Protocol):
    """Who is told what happens on a link."""

    def joined(self) -> None:
        """The connection stands and replies can be heard."""

    def lost(self) -> None:
        """The connection is gone."""

    def heard(self, payload: bytes) -> None:
        """A reply came."""


class Link:
    """The connection of one device; counts what it carries."""

    def __init__(self, broker: Broker, login: Login, listen_to: str, will: Message | None) -> None:
        """A link that is not connected; `run`, in the same event loop, connects it."""
        self._loop = asyncio.get_running_loop()
        self.sent = 0
        self.acknowledged = 0
        self.refused = 0
        self.overflowed = 0
        self.connections = 0
        self.up = False
        self._broker = broker
        self._device = login.device
        self._listen_to = listen_to
        self._ear: Ear | None = None
        self._wanted = asyncio.Event()
        self._wanted.set()
        self._closed = asyncio.Event()
        self._settled = asyncio.Event()
        self._writing = False
        self._refusal: str | None = None
        self._client = self._make_client(login, will)

    async def run(self, ear: Ear) -> None:
        """Keep the connection until cancelled; raises CannotRun where the login is refused."""
        self._ear = ear
        failures = 0
        try:
            while True:
                await self._wanted.wait()
                before = self.connections
                await self._connect_once()
                failures = 0 if self.connections > before else failures + 1
                if self._wanted.is_set():
                    await asyncio.sleep(_wait_after(failures, self._device))
        finally:
            self._ear = None
            self._hang_up()

    def publish(self, message: Message) -> bool:
        """Send at QoS 1; False, and counted, where the link cannot hold it."""
        info = self._client.publish(message.topic, message.payload, qos=1, retain=message.retain)
        if info.rc not in (MQTTErrorCode.MQTT_ERR_SUCCESS, MQTTErrorCode.MQTT_ERR_NO_CONN):
            self.overflowed += 1
            log.warning("%s: not sent, the broker is too slow: %s", self._device, message.topic)
            return False
        self.sent += 1
        self._write_later()
        return True

    def drop(self) -> None:
        """Vanish as a device out of range does, without a word, and stay away."""
        self._wanted.clear()
        self._hang_up()

    def want(self) -> None:
        """Connect again after `drop`."""
        self._wanted.set()

    async def leave(self, farewell: Message | None = None) -> None:
        """Say farewell, wait for what is unacknowledged and disconnect in order."""
        self._wanted.clear()
        if self.up and (farewell is None or self.publish(farewell)):
            try:
                async with asyncio.timeout(FAREWELL_S):
                    while self.up and self.acknowledged + self.refused < self.sent:
                        self._settled.clear()
                        await self._settled.wait()
            except TimeoutError:
                log.info("%s: left without an acknowledgement", self._device)
        if self.up:
            self._client.disconnect()

    async def _connect_once(self) -> None:
        """One connection from its beginning to its end."""
        self._closed.clear()
        address = (self._broker.host, self._broker.port)
        try:
            found = await asyncio.to_thread(self._open, *address)
        except OSError as why:
            log.info("%s: no broker at %s:%d (%s)", self._device, *address, why.strerror or why)
            return
        if found is None:
            return
        self._loop.add_reader(found, self._read)
        if not self._wanted.is_set():
            self._hang_up()
        tending = asyncio.create_task(self._tend())
        try:
            await self._closed.wait()
        finally:
            tending.cancel()
        if self._refusal is not None:
            raise CannotRun(self._refusal)

    def _open(self, host: str, port: int) -> socket.socket | None:
        """Runs in a thread; None where the broker hung up at once."""
        self._client.connect(host, port, KEEPALIVE_S, clean_start=True)
        found = cast(socket.socket | None, self._client.socket())
        if found is not None:
            # Small messages must not wait for the acknowledgement of the one before.
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return found

    async def _tend(self) -> None:
        """Keep the connection alive, and notice that it is dead."""
        while True:
            await asyncio.sleep(KEEPALIVE_S / 4)
            self._client.loop_misc()
            self._write_later()

    def _read(self) -> None:
        self._client.loop_read()
        self._write_later()

    def _write_later(self) -> None:
        """Write what paho queued; wait for the socket where it is full."""
        if self._client.want_write():
            self._client.loop_write()
        found = self._client.socket()
        wants = found is not None and self._client.want_write()
        if found is not None and wants != self._writing:
            self._writing = wants
            if wants:
                self._loop.add_writer(found.fileno(), self._write_later)
            else:
                self._loop.remove_writer(found.fileno())

    def _hang_up(self) -> None:
        found = cast(socket.socket | None, self._client.socket())
        if found is not None:
            try:
                found.shutdown(socket.SHUT_RDWR)
            except OSError as why:
                log.debug("%s: was gone already (%s)", self._device, why)
            self._client.loop_read()

    def _make_client(self, login: Login, will: Message | None) -> Client:
        # A client id nobody can guess: who knows one can take its session over.
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"{login.device}-{uuid4().hex}",
            protocol=MQTTProtocolVersion.MQTTv5,
        )
        client.username_pw_set(login.user, login.password)
        client.max_queued_messages_set(QUEUED)
        if will is not None:
            client.will_set(will.topic, will.payload, qos=1, retain=will.retain)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_socket_close = self._on_socket_close
        return client

    # What paho calls.

    def _on_connect(
        self,
        client: Client,
        _: object,
        flags: ConnectFlags,
        code: ReasonCode,
        __: Properties | None,
    ) -> None:
        if not code.is_failure:
            client.subscribe(self._listen_to, qos=1)
            return
        log.warning("%s: the broker refused the connection: %s", self._device, code)
        if code.value in LOGIN_REFUSALS and not self.connections:
            self._refusal = f"{self._device}: the broker refused its password ({code})"

    def _on_subscribe(
        self, client: Client, _: object, mid: int, codes: list[ReasonCode], __: Properties
    ) -> None:
        for code in codes:
            if code.is_failure:
                log.error("%s: may not read %s: %s", self._device, self._listen_to, code)
        self.connections += 1
        self.up = True
        log.info("%s: connected", self._device)
        self._tell(lambda ear: ear.joined())

    def _on_disconnect(
        self,
        client: Client,
        _: object,
        flags: DisconnectFlags,
        code: ReasonCode,
        __: Properties | None,
    ) -> None:
        # The thread that connects comes here too, where the broker hangs up on it.
        self._loop.call_soon_threadsafe(self._go_down, str(code))

    def _go_down(self, why: str) -> None:
        if self.up:
            log.info("%s: disconnected (%s)", self._device, why)
        self.up = False
        self._closed.set()
        self._settled.set()
        self._tell(lambda ear: ear.lost())

    def _on_message(self, client: Client, _: object, message: MQTTMessage) -> None:
        self._tell(lambda ear: ear.heard(bytes(message.payload)))

    def _on_publish(
        self, client: Client, _: object, mid: int, code: ReasonCode, __: Properties
    ) -> None:
        if code.is_failure:
            self.refused += 1
            log.warning("%s: the broker refused a message: %s", self._device, code)
        else:
            self.acknowledged += 1
        self._settled.set()

    def _on_socket_close(self, client: Client, _: object, closing: object) -> None:
        found = cast(socket.socket, closing)
        self._writing = False
        self._loop.remove_reader(found)
        self._loop.remove_writer(found)

    def _tell(self, word: Callable[[Ear], None]) -> None:
        # Later, in this order: who is told may publish, and paho must not write in its callbacks.
        self._loop.call_soon(self._pass_on, word)

    def _pass_on(self, word: Callable[[Ear], None]) -> None:
        if self._ear is not None:
            word(self._ear)


def _wait_after(failures: int, device: str) -> float:
    """Seconds until the next attempt, spread so that a fleet does not come back in one moment."""
    longest = min(FIRST_WAIT_S * 2.0 ** min(failures, 10), LONGEST_WAIT_S)
    return longest * between(seed_of(device), failures, 0.5, 1.0)
