"""A wrong setting is a clear error that names its key."""

from typing import Any

import pytest

from alerts.settings import Settings
from settings_file import WrongSetting, parse


def test_without_a_file_the_hub_listens_on_this_machine_only() -> None:
    settings = parse("alerts", Settings, {})
    assert (settings.host, settings.port, settings.demo) == ("127.0.0.1", 8179, False)
    assert settings.database.startswith("sqlite:///")


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"prot": 8179}, "alerts.prot"),
        ({"port": 0}, "alerts.port"),
        ({"port": "many"}, "alerts.port"),
        ({"sweep_s": 11}, "alerts.sweep_s"),
        ({"tick_s": 0}, "alerts.tick_s"),
        ({"session_hours": 0}, "alerts.session_hours"),
        ({"body_bytes": 10}, "alerts.body_bytes"),
        ({"broker": {"port": 99999}}, "alerts.broker.port"),
        ({"broker": {"sort": 1}}, "alerts.broker.sort"),
        ({"channels": {"siren": {"topic": "a/#"}}}, "alerts.channels.siren.topic"),
    ],
)
def test_a_wrong_or_unknown_setting_names_its_key(table: dict[str, Any], says: str) -> None:
    with pytest.raises(WrongSetting, match=f"^{says}:"):
        parse("alerts", Settings, {"alerts": table})


def test_a_password_is_not_shown_by_what_is_printed() -> None:
    settings = parse("alerts", Settings, {"alerts": {"broker": {"password": "secret word"}}})
    assert "secret word" not in repr(settings)
