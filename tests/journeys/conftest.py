"""One world for the stories of a module; when one fails, what its programs said last is shown."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.journeys.world import World


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Broker, hub and gateway running, the siren listening."""
    with World(tmp_path_factory.mktemp("world")) as running:
        yield running


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[Any]:
    """Adds the logs to the report of a story that failed."""
    outcome: Any = yield
    report = outcome.get_result()
    if report.failed:
        for world in getattr(item, "funcargs", {}).values():
            if isinstance(world, World):
                report.sections.extend(world.logs())
