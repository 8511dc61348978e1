from pathlib import Path

import pytest
from PySide6.QtCore import QProcess
from pytestqt.qtbot import QtBot

from kiosk_ui import speech
from kiosk_ui.speech import Speaker, command, recording_name, speakable


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose only programs are the ones put into this directory."""
    directory = tmp_path / "bin"
    directory.mkdir()
    monkeypatch.setenv("PATH", str(directory))
    return directory


def install(tools: Path, name: str, script: str) -> Path:
    """A small program that first writes down how it was called."""
    calls = tools / f"{name}.calls"
    program = tools / name
    program.write_text(f'#!/bin/sh\necho "$@" >> {calls}\n{script}\n', "utf-8")
    program.chmod(0o755)
    return calls


def said(calls: Path) -> list[str]:
    return calls.read_text("utf-8").splitlines() if calls.exists() else []


def test_figures_are_read_one_by_one() -> None:
    assert speakable("请到 12 号窗口") == "请到 一二 号窗口"


def test_a_recording_is_found_under_its_own_sentence() -> None:
    assert recording_name("已记在本机，联网后自动送出。") == "已记在本机联网后自动送出.wav"
    assert len(recording_name("长" * 500).encode()) <= 255


def test_a_recording_is_preferred_then_espeak_then_silence(tools: Path, tmp_path: Path) -> None:
    assert command("已收到", None) == []
    install(tools, "espeak-ng", "")
    assert command("已收到", None)[:3] == ["espeak-ng", "-v", "cmn-latn-pinyin"]
    install(tools, "aplay", "")
    recording = tmp_path / recording_name("已收到")
    recording.write_bytes(b"RIFF")
    assert command("已收到", tmp_path) == ["aplay", "-q", str(recording)]
    assert command("别的话", tmp_path)[0] == "espeak-ng"


def test_a_sentence_is_spoken_after_the_chime_and_a_new_one_ends_the_old(
    tools: Path, qtbot: QtBot
) -> None:
    chimes = install(tools, "aplay", "")
    spoken = install(tools, "espeak-ng", "exec /bin/sleep 20")
    speaker = Speaker(None, sound=True)
    speaker.chime()
    speaker.say("第一句")
    qtbot.waitUntil(lambda: len(said(spoken)) == 1, timeout=5000)
    assert len(said(chimes)) == 1
    speaker.say("第二句")
    qtbot.waitUntil(lambda: len(said(spoken)) == 2, timeout=5000)
    assert said(spoken)[1].endswith("第二句")
    speaker.stop()
    assert speaker._child.state() is QProcess.ProcessState.NotRunning


def test_a_player_that_hangs_on_a_dead_device_is_ended(
    tools: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech, "LONGEST_MS", 50)
    install(tools, "espeak-ng", "exec /bin/sleep 20")
    speaker = Speaker(None, sound=True)
    with qtbot.waitSignal(speaker._child.finished, timeout=5000):
        speaker.say("一句话")


def test_a_failing_player_is_named_once_and_the_kiosk_goes_on(
    tools: Path, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    calls = install(tools, "espeak-ng", "exit 1")
    speaker = Speaker(None, sound=True)
    for count in (1, 2):
        with qtbot.waitSignal(speaker._child.finished, timeout=5000):
            speaker.say("一句话")
        assert len(said(calls)) == count
    assert caplog.text.count("no sound device?") == 1


def test_without_any_voice_the_kiosk_is_silent_and_says_so_in_the_log(
    tools: Path, qapp: object, caplog: pytest.LogCaptureFixture
) -> None:
    speaker = Speaker(None, sound=True)
    speaker.chime()
    speaker.say("一句话")
    assert speaker._child.state() is QProcess.ProcessState.NotRunning
    assert "stays silent" in caplog.text


def test_a_muted_kiosk_starts_no_player(tools: Path, qapp: object) -> None:
    calls = install(tools, "espeak-ng", "")
    Speaker(None, sound=False).say("一句话")
    assert said(calls) == []


def test_the_chime_is_a_sound_file() -> None:
    assert speech.CHIME.read_bytes()[:4] == b"RIFF"
