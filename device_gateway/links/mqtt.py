"""The MQTT link: events and readings in two sessions, so that no press waits behind a reading."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
import paho.mqtt.client as mqtt
from paho.mqtt.enums import MQTTProtocolVersion

from alerts.contract import Reply, Stage
from device_gateway.client import Verdict
from device_gateway.events_lane import EventsLane
from device_gateway.frame import Frame
from device_gateway.links.mqtt_session import Broker, Plan, Session
from device_gateway.patience import Patience
from device_gateway.presence import Presence
from device_gateway.protocols import own_mqtt
from device_gateway.readings_lane import ReadingsLane
from device_gateway.reception import Reception
from device_gateway.replies import Replies
from device_gateway.siren import Press

log = logging.getLogger(__name__)

RECEIVED_FOR = timedelta(minutes=10)
RECEIVED_TEXT = "已收到"
PROTOCOLS_BY_ROOT = {"yj": "own_mqtt"}
"""Which format is spoken below the first level of a topic."""


@dataclass(frozen=True, slots=True)
class Ids:
    """Client ids: random secrets, for whoever knows one and has a password can take it over."""

    events: str
    readings: str


@dataclass(frozen=True, slots=True)
class Parts:
    """What the link works with."""

    reception: Reception
    events: EventsLane
    readings: ReadingsLane
    replies: Replies
    presence: Presence
    clock: Callable[[], datetime]


class MqttLetter:
    """One MQTT message; the broker keeps it until it is acknowledged."""

    __slots__ = ("_client", "_link", "_mid", "_qos", "_session", "frame")

    def __init__(
        self,
        link: "MqttLink",
        session: Session,
        client: mqtt.Client,
        mid: int,
        qos: int,
        said: Frame,
    ) -> None:
        """Unacknowledged."""
        self.frame = said
        self._link = link
        self._session = session
        self._client = client
        self._mid = mid
        self._qos = qos

    @property
    def is_orphan(self) -> bool:
        """True where its connection is gone; the broker sends it again on the next."""
        return self._session.client is not self._client

    def acknowledge(self) -> None:
        """The broker may forget it."""
        self._client.ack(self._mid, self._qos)

    def settle(self, device: str, verdicts: Sequence[Verdict], refused: Sequence[str]) -> None:
        """Answer on the device's reply topic, then let the broker forget it."""
        try:
            self._answer(device, verdicts, refused)
        finally:
            self.acknowledge()

    def _answer(self, device: str, verdicts: Sequence[Verdict], refused: Sequence[str]) -> None:
        reasons = [*refused]
        for verdict in verdicts:
            if verdict.status == "refused":
                reasons.append(verdict.reason or "refused")
            elif self._session is self._link.events_session:
                self._link.say_received(device, verdict)
        if reasons:
            self._link.say_error(device, reasons[0])


class MqttLink:
    """Two sessions with the broker of the place."""

    def __init__(self, broker: Broker, ids: Ids, siren_topic: str, parts: Parts) -> None:
        """Nothing is connected before the two sessions run."""
        self._parts = parts
        self._siren_topic = siren_topic
        self.events_session = Session(
            broker,
            Plan("events", ids.events, own_mqtt.EVENT_FILTERS, MQTTProtocolVersion.MQTTv5),
            Patience("broker, events", 0.2, 5.0),
            self._hear_event,
            lambda: parts.replies.remind_all("own_mqtt"),
        )
        self.readings_session = Session(
            broker,
            Plan("readings", ids.readings, own_mqtt.READING_FILTERS, MQTTProtocolVersion.MQTTv311),
            Patience("broker, readings", 0.2, 5.0),
            self._hear_reading,
        )
        self.sessions = (self.events_session, self.readings_session)
        parts.replies.reach("own_mqtt", self._tell)

    def ring(self, press: Press, expires_s: float) -> bool:
        """Drive the siren in the hub's stead; False where there is no connection."""
        body = {
            "alert": None,
            "device": press.device,
            "kind": press.kind,
            "severity": 1,
            "state": "ON",
            "by": "gateway",
        }
        return self.events_session.publish(self._siren_topic, orjson.dumps(body), expires_s)

    def say_received(self, device: str, verdict: Verdict) -> None:
        """Tell the device that its event is on the hub's disk, and what is newer than that."""
        now = self._parts.clock()
        body = {
            "event": verdict.id,
            "stage": Stage.RECEIVED.value,
            "by": None,
            "text": RECEIVED_TEXT,
            "at": now.isoformat(),
            "expires_at": (now + RECEIVED_FOR).isoformat(),
        }
        topic = own_mqtt.reply_topic(device)
        self.events_session.publish(topic, orjson.dumps(body), RECEIVED_FOR.total_seconds())
        if verdict.status == "duplicate":
            self._parts.replies.remind(device, verdict.id)

    def say_error(self, device: str, reason: str) -> None:
        """Tell the device why its message was not taken."""
        topic = own_mqtt.reply_topic(device)
        self.events_session.publish(topic, own_mqtt.error(reason), RECEIVED_FOR.total_seconds())

    def _hear_event(self, client: mqtt.Client, message: mqtt.MQTTMessage) -> None:
        # What found nobody listening was told before this message: its device is back now.
        self.events_session.sweep()
        letter = self._letter(self.events_session, client, message)
        said = self._parts.reception.hear(letter.frame)
        if said.events:
            self._parts.events.take(letter, said)
        else:
            letter.settle(said.device, (), said.refused)

    def _hear_reading(self, client: mqtt.Client, message: mqtt.MQTTMessage) -> None:
        self._parts.readings.put(self._letter(self.readings_session, client, message))

    def _letter(
        self, session: Session, client: mqtt.Client, message: mqtt.MQTTMessage
    ) -> MqttLetter:
        topic = message.topic
        frame = Frame(
            link="mqtt",
            protocol=PROTOCOLS_BY_ROOT.get(topic.partition("/")[0], ""),
            address="",
            topic=topic,
            payload=bytes(message.payload),
            received_at=self._parts.clock(),
            retained=bool(message.retain),
        )
        return MqttLetter(self, session, client, message.mid, message.qos, frame)

    def _tell(self, reply: Reply) -> None:
        body = reply.model_dump(mode="json", exclude={"seq", "device"})
        left = (reply.expires_at - self._parts.clock()).total_seconds()
        if left > 0:
            self.events_session.publish(
                own_mqtt.reply_topic(reply.device),
                orjson.dumps(body),
                left,
                lambda: self._parts.presence.missed(reply.device),
            )
