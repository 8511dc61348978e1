"""A gateway from its settings: every part made once and handed to those who need it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from device_gateway.client import HubLine
from device_gateway.events_lane import EventsLane
from device_gateway.gateway import Condition, Gateway
from device_gateway.housekeeping import Housekeeping
from device_gateway.links.modem import ModemLink
from device_gateway.links.mqtt import MqttLink, Parts
from device_gateway.links.mqtt_session import Broker
from device_gateway.lookout import Lookout
from device_gateway.patience import Patience
from device_gateway.presence import Presence
from device_gateway.readings_lane import ReadingsLane
from device_gateway.reception import Reception
from device_gateway.refusals import Refusals
from device_gateway.replies import Replies
from device_gateway.roster_copy import RosterCopy
from device_gateway.settings import BrokerSettings, ModemSettings, Settings, secret
from device_gateway.siren import SirenWatch, Waits
from device_gateway.slots import Slots
from device_gateway.state import State

Clock = Callable[[], datetime]
Monotonic = Callable[[], float]

REPLIES_LAST_S = 2.0
"""A stage must reach its device within 5 s, also when the hub has just come back."""


def real_clock() -> datetime:
    """Now, aware and UTC."""
    return datetime.now(UTC)


def build(
    settings: Settings, clock: Clock = real_clock, monotonic: Monotonic = time.monotonic
) -> Gateway:
    """All parts, wired, nothing running; raises WrongSetting, naming the key."""
    hub = _Hub(settings)
    broker = _broker(settings.mqtt)
    state = State(settings.state_dir)
    try:
        return _wire(settings, hub, broker, state, clock, monotonic)
    except BaseException:
        state.close()
        raise


class _Hub:
    """Lines to the hub, one for each thread that talks to it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._token = secret("device_gateway.token", settings.token, settings.token_file)

    def line(self, timeout_s: float) -> HubLine:
        return HubLine(self._settings.hub_url, self._token, timeout_s)

    def patience(self, what: str, last_s: float | None = None) -> Patience:
        settings = self._settings
        longest_s = min(settings.retry_last_s, last_s or settings.retry_last_s)
        return Patience(f"hub, {what}", settings.retry_first_s, longest_s)


def _wire(
    settings: Settings, hub: _Hub, broker: Broker, state: State, clock: Clock, monotonic: Monotonic
) -> Gateway:
    timeout_s = settings.event_timeout_s
    roster, presence, slots = RosterCopy(state.roster), Presence(), Slots(state.slots)
    refusals = Refusals(presence)
    siren = SirenWatch(Waits(settings.siren.ring_s, settings.siren.again_s, settings.siren.text_s))
    replies = Replies(
        hub.line(settings.silence_s),
        slots,
        lambda: roster.now,
        hub.patience("replies", REPLIES_LAST_S),
        clock,
    )
    reception = Reception(lambda: roster.now, presence, refusals, replies.remind)
    events = EventsLane(
        hub.line(timeout_s),
        siren,
        refusals,
        hub.patience("events"),
        monotonic,
        reception.turned_away,
    )
    readings = ReadingsLane(
        hub.line(settings.reading_timeout_s), reception.hear, refusals, hub.patience("readings")
    )
    parts = Parts(reception, events, readings, replies, presence, clock)
    mqtt = MqttLink(broker, state.client_ids(), settings.siren_topic, parts)
    modem = _modem(settings.modem, monotonic)
    condition = Condition(
        monotonic(), monotonic, siren, events, readings, mqtt, has_modem=modem is not None
    )
    return Gateway(
        state=state,
        roster=roster,
        presence=presence,
        slots=slots,
        siren=siren,
        replies=replies,
        events=events,
        readings=readings,
        mqtt=mqtt,
        modem=modem,
        lookout=_lookout(settings, siren, mqtt, modem, monotonic),
        housekeeping=Housekeeping(
            hub.line(timeout_s),
            roster,
            presence,
            hub.patience("presence"),
            condition,
            reception.hurry,
            settings.report_s,
            mqtt.events_session.sweep,
        ),
    )


def _lookout(
    settings: Settings, siren: SirenWatch, mqtt: MqttLink, modem: ModemLink | None, now: Monotonic
) -> Lookout:
    return Lookout(
        siren,
        lambda press: mqtt.ring(press, settings.siren.again_s),
        modem.send if modem is not None else None,
        settings.modem.numbers,
        now,
    )


def _modem(settings: ModemSettings, monotonic: Monotonic) -> ModemLink | None:
    return ModemLink(settings.port, settings.baud, monotonic) if settings.port else None


def _broker(settings: BrokerSettings) -> Broker:
    return Broker(
        host=settings.host,
        port=settings.port,
        user=settings.user,
        password=secret("device_gateway.mqtt.password", settings.password, settings.password_file),
        keepalive_s=settings.keepalive_s,
        session_expiry_s=settings.session_expiry_s,
        unacknowledged=settings.unacknowledged,
    )
