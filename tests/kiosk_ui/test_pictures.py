from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from kiosk_ui import snapshot
from kiosk_ui.pictures import PICTURES, draw
from tests.kiosk_ui.stand import Stand

ROOT = Path(__file__).parents[2]


def test_every_picture_is_drawn_whole_and_small(qapp: object, tmp_path: Path) -> None:
    drawn = list(draw(tmp_path))
    assert [path.stem for path in drawn] == list(PICTURES)
    for path in drawn:
        settings, _ = PICTURES[path.stem]
        picture = QImage(str(path))
        assert (picture.width(), picture.height()) == (settings.width, settings.height)
        assert path.stat().st_size < 200_000


def test_the_pictures_in_the_docs_are_of_these_screens() -> None:
    kept = {path.stem for path in (ROOT / "docs" / "pictures" / "kiosk").glob("*.png")}
    assert kept == set(PICTURES)


def test_a_snapshot_is_written_when_the_screen_changes(
    stand: Stand, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "var" / "kiosk.png"
    snapshot.Snapshots(stand.window, path, every_s=0.02)
    qtbot.waitUntil(path.exists)
    first = path.read_bytes()
    stand.tap("sos")
    qtbot.waitUntil(lambda: path.read_bytes() != first)
    assert not QImage(str(path)).isNull()


def test_a_snapshot_that_cannot_be_written_is_said_and_survived(
    stand: Stand, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    assert not snapshot.save(stand.window, tmp_path / "file" / "kiosk.png")
    assert "snapshot" in caplog.text
