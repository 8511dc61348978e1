"""A place with a real broker, a hub that remembers, and the gateway between them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.device_gateway.fake_hub import FakeHub
from tests.device_gateway.place import Place


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    running = FakeHub()
    running.start()
    yield running
    running.silent = False
    running.stop()


@pytest.fixture
def place(tmp_path: Path, hub: FakeHub) -> Iterator[Place]:
    """Everything up; the gateway listens."""
    with Place(tmp_path, hub) as ready:
        ready.start_gateway()
        yield ready


@pytest.fixture
def quiet_place(tmp_path: Path, hub: FakeHub) -> Iterator[Place]:
    """Everything but the gateway, which the test starts itself."""
    with Place(tmp_path, hub) as ready:
        yield ready
