"""One MQTT session that lasts: subscribed again at every connect, acknowledged by hand.

A connection has a client object of its own, so nothing of a dead connection is left over: what
counts is kept by the broker until acknowledged, or stands on the gateway's own disk.
"""

import logging
import socket
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from device_gateway.patience import Patience

log = logging.getLogger(__name__)

NOBODY_LISTENS = 0x10
"""MQTT 5: the broker took the message and had nobody to give it to."""

Handler = Callable[[mqtt.Client, mqtt.MQTTMessage], None]


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is and who we are there."""

    host: str
    port: int
    user: str
    password: str
    keepalive_s: int = 30
    session_expiry_s: int = 14 * 86400
    unacknowledged: int = 20_000
    """How many messages a version 5 session hears before the first is acknowledged."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one session is for."""

    name: str
    client_id: str
    filters: tuple[str, ...]
    version: MQTTProtocolVersion
    """MQTT 5 can say how much we hold and when a reply expires; 3.1.1 reads a third faster."""


class Session:
    """One thread keeps it connected; paho's own thread calls `heard` for every message."""

    def __init__(
        self,
        broker: Broker,
        plan: Plan,
        patience: Patience,
        heard: Handler,
        is_open: Callable[[], None] | None = None,
    ) -> None:
        """Not connected before `run`; `is_open` is called when subscribed again."""
        self.plan = plan
        self.client: mqtt.Client | None = None
        """The connection the broker has accepted; what waited there comes before we subscribe."""
        self.is_up = False
        """True once subscribed."""
        self._latest: mqtt.Client | None = None
        self._broker = broker
        self._patience = patience
        self._heard = heard
        self._is_open = is_open
        self._lost = threading.Event()
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._hopes: dict[int, Callable[[], None]] = {}
        self._fates: deque[tuple[int, bool]] = deque(maxlen=10_000)

    def run(self) -> None:
        """Stay connected until stopped."""
        while not self._stop.is_set():
            why: object = "the connection was lost"
            try:
                self._live()
            except OSError as trouble:
                why = trouble
            except Exception:
                log.exception("the %s session stumbled and goes on", self.plan.name)
            if not self._stop.is_set():
                self._stop.wait(self._patience.failed(why))

    def stop(self) -> None:
        """Take leave of the broker, which keeps the session."""
        self._stop.set()
        latest = self._latest
        if latest is not None:
            latest.disconnect()
        self._lost.set()

    def publish(
        self,
        topic: str,
        payload: bytes,
        expires_s: float | None = None,
        missed: Callable[[], None] | None = None,
    ) -> bool:
        """Send at QoS 1, never retained; False where there is no connection.

        `missed` is called, at a later `sweep`, where the broker had nobody to give it to.
        """
        client = self.client
        if client is None:
            return False
        with self._lock:
            told = client.publish(topic, payload, qos=1, properties=self._expiry(expires_s))
            if missed is not None:
                self._hopes[told.mid] = missed
        return told.rc == mqtt.MQTT_ERR_SUCCESS

    def sweep(self) -> None:
        """Tell those who asked that their message found nobody."""
        missed = []
        with self._lock:
            while self._fates:
                mid, nobody_listens = self._fates.popleft()
                hope = self._hopes.pop(mid, None)
                if nobody_listens and hope is not None:
                    missed.append(hope)
        for hope in missed:
            hope()

    def _live(self) -> None:
        self._latest = client = self._new_client()
        self._lost.clear()
        with self._lock:
            self._hopes.clear()
            self._fates.clear()
        try:
            self._connect(client)
            client.loop_start()
            if self._stop.is_set():
                client.disconnect()
            self._lost.wait()
        finally:
            self.client, self.is_up = None, False
            client.loop_stop()

    def _connect(self, client: mqtt.Client) -> None:
        named: dict[str, Any] = {}
        if self.plan.version == MQTTProtocolVersion.MQTTv5:
            properties = _properties(PacketTypes.CONNECT)
            properties.SessionExpiryInterval = self._broker.session_expiry_s
            properties.ReceiveMaximum = self._broker.unacknowledged
            named = {"clean_start": False, "properties": properties}
        client.connect(self._broker.host, self._broker.port, self._broker.keepalive_s, **named)

    def _new_client(self) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self.plan.client_id,
            clean_session=None if self.plan.version == MQTTProtocolVersion.MQTTv5 else False,
            protocol=self.plan.version,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        client.username_pw_set(self._broker.user, self._broker.password or None)
        client.on_socket_open = _without_delay
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_disconnect = self._disconnected
        client.on_message = self._message
        client.on_publish = self._published
        return client

    def _connected(
        self, client: mqtt.Client, _data: Any, _flags: Any, code: Any, _properties: Any
    ) -> None:
        if code.is_failure:
            log.error("the broker refuses the %s session: %s", self.plan.name, code)
            return
        self.client = client
        client.subscribe([(one, 1) for one in self.plan.filters])

    def _subscribed(
        self, client: mqtt.Client, _data: Any, _mid: int, codes: list[Any], _properties: Any
    ) -> None:
        if any(code.is_failure for code in codes):
            log.error("the broker lets the %s session not subscribe", self.plan.name)
            client.disconnect()
            return
        self._patience.succeeded()
        self.is_up = True
        log.info("the %s session is open", self.plan.name)
        if self._is_open is not None:
            self._is_open()

    def _disconnected(self, client: mqtt.Client, *_why: Any) -> None:
        if client is self._latest:
            self.client, self.is_up = None, False
            self._lost.set()

    def _message(self, client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        try:
            self._heard(client, message)
        except Exception:
            log.exception("a message of the %s session could not be taken", self.plan.name)

    def _published(
        self, _client: mqtt.Client, _data: Any, mid: int, code: Any, _properties: Any
    ) -> None:
        # No lock here: paho holds one of its own, and `publish` takes the two the other way round.
        self._fates.append((mid, code.value == NOBODY_LISTENS))

    def _expiry(self, expires_s: float | None) -> Properties | None:
        if expires_s is None or self.plan.version != MQTTProtocolVersion.MQTTv5:
            return None
        properties = _properties(PacketTypes.PUBLISH)
        properties.MessageExpiryInterval = max(1, round(expires_s))
        return properties


def _properties(packet: int) -> Properties:
    return Properties(packet)  # type: ignore[no-untyped-call]  # paho types all but this


def _without_delay(_client: mqtt.Client, _data: Any, line: Any) -> None:
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
