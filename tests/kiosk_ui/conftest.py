"""A kiosk on an offscreen window, a hand on its clock, and a hub that remembers."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication

from tests.kiosk_ui.fake_hub import FakeHub
from tests.kiosk_ui.stand import Stand

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_QUICK_BACKEND"] = "software"


@pytest.fixture(scope="session")
def qapp_cls() -> type[QGuiApplication]:
    return QGuiApplication


@pytest.fixture(autouse=True)
def _no_qml_warning(qtlog: object) -> Iterator[None]:
    """Any complaint of Qt or QML fails the test that caused it."""
    yield
    complaints = [record.message for record in qtlog.records if ".qml" in record.message]
    assert complaints == []


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with FakeHub() as running:
        yield running


@pytest.fixture
def stand(qapp: QGuiApplication, tmp_path: Path) -> Iterator[Stand]:
    """A kiosk whose hub is nowhere, not started."""
    standing = Stand(tmp_path)
    yield standing
    standing.leave()


@pytest.fixture
def connected(qapp: QGuiApplication, tmp_path: Path, hub: FakeHub) -> Iterator[Stand]:
    """A kiosk that talks to the hub."""
    standing = Stand(tmp_path, hub.url)
    standing.kiosk.start()
    yield standing
    standing.leave()
