"""The siren or lamp at the window, over MQTT: the one channel that needs nothing but the LAN."""

from string import Template

from alerts.channels import payload
from alerts.channels.broker_link import Broker, BrokerLink
from alerts.channels.channel import Outcome, Outgoing, Report
from alerts.channels.settings import SirenSettings

ANSWERS: dict[int | None, Outcome] = {
    None: Outcome("retry", "broker_down"),
    0x00: Outcome("delivered"),
    0x10: Outcome("retry", "no_listener"),
    0x87: Outcome("failed", "refused_by_broker"),
    0x97: Outcome("retry", "quota"),
}
"""MQTT 5 reason codes of a PUBACK (3.4.2.1) and what they mean for a notice."""


class Siren:
    """Publishes one message per notice; `delivered` when the broker gave it to a listener."""

    name = "siren"

    def __init__(self, settings: SirenSettings, broker: Broker, report: Report) -> None:
        """Nothing is opened before `start`."""
        self._topic = settings.topic
        self._on = Template(settings.payload)
        self._off = None if settings.off_payload is None else Template(settings.off_payload)
        self._report = report
        self._link = BrokerLink(broker, self._settled)

    @property
    def connected(self) -> bool:
        """A siren message would leave now."""
        return self._link.connected

    async def start(self) -> None:
        """Connect in the background."""
        await self._link.start()

    async def send(self, out: Outgoing) -> Outcome:
        """Ring. Never waits for anything: the message is in the socket when this returns."""
        if self._link.publish(self._topic, payload.fill(self._on, out), out.notice_id):
            return Outcome("sent")
        return ANSWERS[None]

    def quiet(self, out: Outgoing) -> bool:
        """Stop ringing for an alert that somebody owns now; whether a message left.

        The caller knows whether another alert still rings, and then leaves the siren on.
        """
        if self._off is None:
            return False
        return self._link.publish(self._topic, payload.fill(self._off, out))

    async def stop(self) -> None:
        """Disconnect."""
        await self._link.stop()

    def _settled(self, notice_id: int, code: int | None) -> None:
        self._report(notice_id, ANSWERS.get(code, Outcome("retry", f"puback_{code}")))
