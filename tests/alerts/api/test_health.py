"""Alive, ready, counted: and what is missing is named."""

import time
from pathlib import Path

from alerts.counters import COUNTERS
from tests.alerts.api.conftest import Site, make_site
from tests.alerts.stand import Clock
from tests.services.process import free_port


async def test_the_process_answers(site: Site) -> None:
    answer = await site.visitor().get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_it_is_ready_when_everything_is(site: Site) -> None:
    site.hub.engine.alive_at = time.monotonic()
    answer = await site.visitor().get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "database": True, "broker": True, "ladder": True}


async def missing(site: Site) -> list[str]:
    answer = await site.visitor().get("/readyz")
    assert answer.status_code == 503
    return [part for part, there in answer.json().items() if there is False]


async def test_a_ladder_that_nobody_climbs_is_named(site: Site) -> None:
    assert await missing(site) == ["ladder"]
    site.hub.engine.alive_at = time.monotonic() - 31
    assert await missing(site) == ["ladder"]


async def test_a_database_that_is_broken_is_named(site: Site) -> None:
    site.hub.engine.alive_at = time.monotonic()
    engine = site.hub.engine.database.engine
    engine.dispose()
    path = Path(str(engine.url.database))
    for file in path.parent.glob(f"{path.name}*"):
        file.write_bytes(b"this is no database" * 100)
    assert await missing(site) == ["database"]


async def test_a_broker_that_is_away_is_named(
    sqlite_url: str, clock: Clock, tmp_path: Path
) -> None:
    siren = {"enabled": True, "stand_in": True}
    site = make_site(
        sqlite_url, clock, tmp_path, channels={"siren": siren}, broker={"port": free_port()}
    )
    site.hub.engine.alive_at = time.monotonic()
    assert await missing(site) == ["broker"]
    site.stand.close()


async def test_the_metrics_count_what_came_and_what_was_refused(site: Site) -> None:
    def accepted() -> float:
        labels = {"what": "event", "status": "accepted"}
        return COUNTERS.registry.get_sample_value("yijian_items_total", labels) or 0

    before = accepted()
    await site.stand.open()
    text = (await site.visitor().get("/metrics")).text
    assert f'yijian_items_total{{status="accepted",what="event"}} {before + 1}' in text
    assert "pendant-1" not in text
