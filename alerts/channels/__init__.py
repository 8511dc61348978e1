"""Ways to reach people. One file and one entry here per channel; the desk is always there."""

from collections.abc import Callable
from datetime import datetime

from alerts.channels.broker_link import Broker
from alerts.channels.channel import Channel, Outcome, Outgoing, Report
from alerts.channels.settings import ChannelSettings
from alerts.channels.siren import Siren
from alerts.channels.sms import Sms
from alerts.channels.webhook import Webhook

__all__ = ["CHANNELS", "Broker", "Channel", "Outcome", "Outgoing", "Report", "open_channels"]

Clock = Callable[[], datetime]
Open = Callable[[ChannelSettings, Broker, Clock, Report], Channel | None]

CHANNELS: dict[str, Open] = {
    "siren": lambda s, broker, clock, report: (
        Siren(s.siren, broker, report) if s.siren.enabled else None
    ),
    "webhook": lambda s, broker, clock, report: (
        Webhook(s.webhook, clock) if s.webhook.enabled else None
    ),
    "sms": lambda s, broker, clock, report: Sms(s.sms, report) if s.sms.enabled else None,
}
"""Every channel there is; None from one that is switched off."""


def open_channels(
    settings: ChannelSettings, broker: Broker, clock: Clock, report: Report
) -> dict[str, Channel]:
    """The channels that are switched on, by name, not started yet."""
    made = {name: make(settings, broker, clock, report) for name, make in CHANNELS.items()}
    return {name: channel for name, channel in made.items() if channel is not None}
