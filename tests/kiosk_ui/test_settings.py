from pathlib import Path
from typing import Any

import pytest

from kiosk_ui.settings import KioskSettings
from settings_file import WrongSetting, parse


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("hub_url", "ftp://hub"),
        ("hub_url", "http://hub/path"),
        ("device", "Kiosk Window"),
        ("panel_mm", 3),
        ("width", "wide"),
        ("window_text", "很长" * 20),
        ("colour", "red"),
    ],
)
def test_a_wrong_or_unknown_setting_is_named(key: str, value: Any) -> None:
    with pytest.raises(WrongSetting, match=rf"kiosk_ui\.{key}"):
        parse("kiosk_ui", KioskSettings, {"kiosk_ui": {key: value}})


def test_the_token_file_is_read_and_wins(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("from-file\n", "utf-8")
    assert KioskSettings(token="plain", token_file=file).read_token() == "from-file"
    assert KioskSettings(token="plain").read_token() == "plain"


@pytest.mark.parametrize(
    ("content", "key"),
    [(None, "token_file"), ("  \n", "token_file")],
)
def test_a_token_file_without_a_token_is_named(
    tmp_path: Path, content: str | None, key: str
) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_text(content, "utf-8")
    with pytest.raises(WrongSetting, match=rf"kiosk_ui\.{key}"):
        KioskSettings(token_file=file).read_token()


def test_a_kiosk_without_any_token_does_not_start_silently() -> None:
    with pytest.raises(WrongSetting, match=r"kiosk_ui\.token"):
        KioskSettings().read_token()
