"""Channel settings: wrong ones name their key, and `stand_in` is not simply believed."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from alerts.channels.settings import (
    ChannelSettings,
    SirenSettings,
    SmsSettings,
    WebhookSettings,
    real,
    real_channels,
)
from settings_file import WrongSetting, parse

SECRET = "0123456789abcdef"
URL = "http://127.0.0.1:9/hook"


def read(**tables: dict[str, Any]) -> ChannelSettings:
    return parse("alerts", ChannelSettings, {"alerts": tables})


def test_without_a_word_every_channel_is_off() -> None:
    settings = read()
    switched_on = [settings.siren.enabled, settings.webhook.enabled, settings.sms.enabled]
    assert switched_on == [False, False, False]
    assert real_channels(settings) == []


@pytest.mark.parametrize(
    ("tables", "says"),
    [
        ({"siren": {"topic": "siren/+/set"}}, r"alerts\.siren\.topic"),
        ({"siren": {"topic": ""}}, r"alerts\.siren\.topic"),
        ({"siren": {"payload": "{$what}"}}, r"alerts\.siren\.payload.*\$what"),
        ({"siren": {"off_payload": "{"}}, r"alerts\.siren\.off_payload"),
        ({"siren": {"volume": 9}}, r"alerts\.siren\.volume"),
        ({"webhook": {"enabled": True, "secret": SECRET}}, r"alerts\.webhook.*url is missing"),
        ({"webhook": {"enabled": True, "url": URL}}, r"alerts\.webhook.*secret"),
        ({"webhook": {"enabled": True, "url": URL, "secret": "short"}}, "shorter than 16"),
        ({"webhook": {"url": "ftp://x/"}}, r"alerts\.webhook\.url"),
        ({"webhook": {"secret": SECRET, "secret_file": "x"}}, "both set"),
        ({"webhook": {"enabled": True, "url": URL, "secret_file": "/nowhere"}}, "cannot be read"),
        ({"sms": {"port": ""}}, r"alerts\.sms\.port"),
        ({"sms": {"timeout_s": 0}}, r"alerts\.sms\.timeout_s"),
    ],
)
def test_a_wrong_setting_names_its_key(tables: dict[str, Any], says: str) -> None:
    with pytest.raises(WrongSetting, match=says):
        read(**tables)


def test_a_secret_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text(SECRET + "\n")
    settings = read(webhook={"enabled": True, "url": URL, "secret_file": str(path)})
    assert settings.webhook.key() == SECRET.encode()


def test_a_secret_is_not_shown() -> None:
    settings = WebhookSettings(secret=SecretStr(SECRET))
    assert SECRET not in repr(settings)


def webhook(url: str, *, stand_in: bool = True) -> WebhookSettings:
    return WebhookSettings.model_validate(
        {"enabled": True, "url": url, "secret": SECRET, "stand_in": stand_in}
    )


@pytest.mark.parametrize(
    ("settings", "reaches_somebody"),
    [
        (SirenSettings(enabled=True), True),
        (SirenSettings(enabled=True, stand_in=True), False),
        (SirenSettings(), False),
        (webhook(URL), False),
        (webhook("http://[::1]:9/"), False),
        (webhook("http://localhost:9/"), False),
        (webhook(URL, stand_in=False), True),
        (webhook("http://10.0.0.5/hook"), True),
        (webhook("https://oapi.example.com/"), True),
        (webhook("http://localhost.example.com/"), True),
        (SmsSettings(enabled=True, port="/dev/pts/7", stand_in=True), False),
        (SmsSettings(enabled=True, port="/dev/pts/7"), True),
        (SmsSettings(enabled=True, port="/dev/ttyUSB0", stand_in=True), True),
        (SmsSettings(enabled=True, port="var/modem", stand_in=True), False),
        (SmsSettings(port="/dev/ttyUSB0"), False),
    ],
)
def test_stand_in_is_believed_only_where_nothing_contradicts_it(
    settings: SirenSettings | WebhookSettings | SmsSettings, reaches_somebody: bool
) -> None:
    assert real(settings) is reaches_somebody


def test_a_link_to_a_serial_port_is_a_serial_port(tmp_path: Path) -> None:
    link = tmp_path / "modem"
    link.symlink_to("/dev/ttyUSB0")
    assert real(SmsSettings(enabled=True, port=str(link), stand_in=True))


def test_the_real_channels_are_named() -> None:
    settings = ChannelSettings(
        siren=SirenSettings(enabled=True, stand_in=True), sms=SmsSettings(enabled=True)
    )
    assert real_channels(settings) == ["sms"]
